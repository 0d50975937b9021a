import { assert, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { TextStream } from "./text-stream.ts";

/** A vocabulary of single bytes. */
const bytes = (text: string) => [...new TextEncoder().encode(text)];
const detokenize = (tokens: readonly number[]) =>
  new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(tokens));

function pieces(tokens: readonly number[]): string[] {
  const stream = new TextStream(detokenize);
  return [...tokens.map((token) => stream.push(token)), stream.end()];
}

describe("text of tokens", () => {
  it("holds back a character until its last byte", () => {
    expect(pieces(bytes("aé€😀"))).toEqual(["a", "", "é", "", "", "€", "", "", "", "😀", ""]);
  });

  it("gives out at the end what never became a character", () => {
    expect(pieces(bytes("😀").slice(0, 2))).toEqual(["", "", "\uFFFD"]);
    expect(pieces([255, 255, 255, 255, 97]).join("")).toBe("\uFFFD\uFFFD\uFFFD\uFFFDa");
  });

  it("shows the tokens before, where text depends on them", () => {
    const seen: string[][] = [];
    const stream = new TextStream<string>((tokens, before) => {
      seen.push([...before]);
      return tokens.join("");
    });
    for (const token of ["a", "b", "c"]) stream.push(token);
    expect(seen).toEqual([[], ["a"], ["a", "b"]]);
  });

  it("loses and invents nothing", () => {
    const text = string({ unit: "binary", maxLength: 12 });
    assert(
      property(text, (whole) => {
        expect(pieces(bytes(whole)).join("")).toBe(detokenize(bytes(whole)));
      }),
    );
  });
});
