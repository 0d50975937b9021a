import { spawn } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text as textOf } from "node:stream/consumers";
import { PassThrough } from "node:stream";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { ChatSessions } from "../../run/client/index.ts";
import { scriptedServer, type ScriptedServer } from "../../run/engine/testing/scripted-server.ts";
import { chat } from "./commands/chat.ts";
import { cliContext } from "./context.ts";
import { answerForm, type Ended } from "./testing/command-line.ts";

const MAIN = join(import.meta.dirname, "main.ts");

let server: ScriptedServer;
let home: string;
let form: (value: unknown) => unknown;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "loadout-chat-"));
  form = await answerForm();
});
afterEach(() => server.stop());

/** `loadout chat ...` in a process of its own, with a prompt piped in. */
async function piped(args: readonly string[], input: string): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, "chat", server.url, ...args], {
    env: { ...process.env, LOADOUT_HOME: home },
  });
  child.stdin.end(input);
  const [stdout, stderr, code] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    new Promise<number>((resolve) => child.once("close", (status) => resolve(status ?? -1))),
  ]);
  return { code, stdout, stderr };
}

describe("loadout chat, piped", () => {
  it("asks once, streams the reply, says its figures beside it", async () => {
    server = await scriptedServer({ contextPerSlot: 512 });
    const { code, stdout, stderr } = await piped(["--system", "Be brief."], "three little words\n");
    expect(code).toBe(0);
    expect(stdout).toBe("model  word0 word1 word2 word3 word4 word5 word6 word7\n");
    expect(stderr).toMatch(/^8 tokens, .*first after .*; prompt 5; context 13 of 512\n$/);
    expect(server.requests.at(-1)!.body).toMatchObject({
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "three little words" },
      ],
    });
  });

  it("answers as JSON in the documented form", async () => {
    server = await scriptedServer();
    const { stdout } = await piped(["--json"], "three little words");
    const answer: unknown = JSON.parse(stdout);
    expect(form(answer)).toBe("valid");
    expect(answer).toMatchObject({
      kind: "chat",
      prompt: "three little words",
      measured: { tokens: 8, counted: true },
    });
  });

  it("says what the server refused", async () => {
    server = await scriptedServer();
    server.next({ refuse: { status: 400, type: "exceed_context_size_error", message: "too long by far" } });
    const { code, stderr } = await piped([], "words");
    expect(code).toBe(1);
    expect(stderr).toContain("longer than the context");
    expect(stderr).toContain("too long by far");
  });
});

/** The chat with a terminal that a test types on; what is shown is collected. */
function terminal(): { readonly keys: PassThrough; readonly shown: () => string; readonly done: Promise<void> } {
  const keys = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} });
  let text = "";
  const stream = () => ({
    isTTY: true,
    columns: 80,
    write: (part: string) => ((text += part), true),
    on: () => {},
    off: () => {},
    once: () => {},
    removeListener: () => {},
    listenerCount: () => 0,
    emit: () => {},
  });
  const fake = {
    stdin: keys,
    stdout: stream(),
    stderr: stream(),
    env: { LOADOUT_HOME: home, NO_COLOR: "1" },
    exitCode: undefined,
  };
  const context = cliContext(fake as unknown as NodeJS.Process, new AbortController().signal, 0);
  return { keys, shown: () => text, done: chat.call(context, {}, server.url) };
}

describe("loadout chat, in a terminal", () => {
  it("talks, asks again, takes back, keeps and resumes", async () => {
    server = await scriptedServer({ model: "scripted" });
    server.next({ steps: [{ content: "First." }] });
    server.next({ steps: [{ content: "Second." }] });
    const at = terminal();
    // typed faster than anything is answered
    for (const line of ["/system Be brief.", "Hello \\", "there", "/again", "/nonsense", "/quit"])
      at.keys.write(`${line}\r`);
    await at.done;
    expect(at.shown()).toContain("model  First.");
    expect(at.shown()).toContain("model  Second.");
    expect(at.shown()).toContain("/nonsense is no command here");
    const [first, second] = server.requests
      .filter(({ path }) => path === "/v1/chat/completions")
      .map(({ body }) => body);
    expect(second).toEqual({ ...(first as object), seed: 1 });
    const [kept] = await new ChatSessions(join(home, "data", "chats")).list(1);
    expect(kept).toMatchObject({
      model: "scripted",
      system: "Be brief.",
      turns: [
        { role: "user", text: "Hello \nthere" },
        { role: "assistant", text: "Second." },
      ],
    });
    expect(at.shown()).toContain(`--resume ${kept!.id}`);
  });

  it("gives a reply up at Ctrl-C and keeps what was said", async () => {
    server = await scriptedServer();
    server.next({ steps: [{ content: "One" }, { until: new Promise(() => {}) }] });
    const at = terminal();
    at.keys.write("Hello\r");
    await expect.poll(() => server.requests.at(-1)?.said, { interval: 5 }).toBe(1);
    at.keys.write("\u0003");
    at.keys.write("/quit\r");
    await at.done;
    expect(at.shown()).toContain("given up");
  });
});
