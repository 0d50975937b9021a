import fc from "fast-check";
import { text as textOf } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { Conversation } from "./conversation.ts";
import { BREAK, PasteFilter } from "./paste.ts";
import { replyLine } from "./reply-line.ts";
import { slashCommand } from "./slash.ts";

describe("what is pasted", () => {
  const through = async (chunks: readonly string[]) => {
    const filter = new PasteFilter();
    for (const chunk of chunks) filter.write(chunk);
    filter.end();
    return textOf(filter);
  };
  const whole = "ab\u001B[200~one\r\ntwo\nthree\u001B[201~\r";

  it("stays one line until it is sent", async () => {
    expect(await through([whole])).toBe(`abone${BREAK}two${BREAK}three\r`);
  });

  it("does not depend on how it arrives", async () => {
    const cuts = fc
      .uniqueArray(fc.integer({ min: 1, max: whole.length - 1 }))
      .map((list) => list.sort((a, b) => a - b));
    await fc.assert(
      fc.asyncProperty(cuts, async (at) => {
        const chunks = [0, ...at].map((from, index) => whole.slice(from, at[index]));
        // a line break of two characters may be cut between them: then it is two
        expect((await through(chunks)).replaceAll(BREAK + BREAK, BREAK)).toBe(`abone${BREAK}two${BREAK}three\r`);
      }),
    );
  });

  it("leaves the keys of a terminal alone", async () => {
    expect(await through(["\u001B", "[A", "\u001B[3~", "\u0003"])).toBe("\u001B[A\u001B[3~\u0003");
  });
});

describe("commands of a chat", () => {
  it.each([
    ["/again", { name: "again", argument: "" }],
    ["/sys Be brief.\nAlways.", { name: "system", argument: "Be brief.\nAlways." }],
    ["  /QUIT ", { name: "quit", argument: "" }],
    ["/usr/bin is a folder", undefined],
    ["no command", undefined],
  ])("%j", (line, command) => {
    expect(slashCommand(line)).toEqual(command);
  });

  it.each([
    ["/agian", "/again"],
    ["/n0", undefined],
    ["/image", "FILE"],
  ])("refuses %s", (line, hint) => {
    if (hint === undefined) expect(slashCommand(line)).toBeUndefined();
    else
      expect(() => slashCommand(line)).toThrow(
        expect.objectContaining({ hint: expect.stringContaining(hint) as unknown }),
      );
  });
});

describe("a conversation", () => {
  it("sends system, turns and images, and no thoughts", () => {
    const talk = new Conversation();
    talk.system = "Be brief.";
    talk.ask("What?", [{ path: "a.png", url: "data:image/png;base64,AA" }]);
    talk.answer("A cat.", "I see fur.");
    expect(talk.messages()).toEqual([
      { role: "system", content: "Be brief." },
      {
        role: "user",
        content: [
          { type: "text", text: "What?" },
          { type: "image_url", image_url: { url: "data:image/png;base64,AA" } },
        ],
      },
      { role: "assistant", content: "A cat." },
    ]);
    expect(talk.turns).toEqual([
      { role: "user", text: "What?", images: ["a.png"] },
      { role: "assistant", text: "A cat.", thinking: "I see fur." },
    ]);
  });

  it("takes back an answer, then a question", () => {
    const talk = new Conversation();
    expect(talk.takeBackAnswer()).toBe(false);
    talk.ask("One");
    talk.answer("Two", "");
    expect(talk.takeBackAnswer()).toBe(true);
    expect(talk.takeBackQuestion()).toBe("One");
    expect(talk.turns).toEqual([]);
  });
});

describe("the line below a reply", () => {
  it("says what is known, and what was only counted", () => {
    const known = {
      tokens: 42,
      counted: true,
      tokensPerSec: 31.24,
      ttftMs: 400,
      promptTokens: 512,
      cachedTokens: 480,
      contextTokens: 8192,
    };
    expect(replyLine(known, "stop")).toBe(
      "42 tokens, 31.2 tok/s, first after 400 ms; prompt 512, 480 of it cached; context 554 of 8192",
    );
    expect(replyLine({ tokens: 1, counted: false }, "cancelled")).toBe("about 1 token; given up");
  });
});
