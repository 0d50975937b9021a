import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ollamaBatch, ollamaDefaultContext, ollamaEra } from "./index.ts";
import { OLLAMA_ERAS } from "./eras.ts";

const GIB = 2 ** 30;
const [OWN, CHILD] = OLLAMA_ERAS;

describe("the version of an Ollama", () => {
  it.each([
    ["0.5.1", "own-engines", "older"],
    ["0.17.4", "own-engines", "known"],
    ["v0.24", "own-engines", "between"],
    ["0.30.0", "llama-server", "known"],
    ["0.31.2-rc1", "llama-server", "newer"],
  ])("%s is %s, %s", (version, id, standing) => {
    expect([ollamaEra(version)?.era.id, ollamaEra(version)?.standing]).toEqual([id, standing]);
  });

  it("is a version or nothing", () => {
    for (const text of ["", "latest", "b11434", "0", "1.x"]) expect(ollamaEra(text)).toBeUndefined();
    fc.assert(fc.property(fc.string(), (text) => void ollamaEra(text)));
  });
});

describe("the context where nobody asks for one", () => {
  it.each([
    [[], 4096],
    [[12 * GIB], 4096],
    [[24 * GIB], 32_768],
    [[12 * GIB, 12 * GIB], 32_768],
    [[24 * GIB, 24 * GIB], 262_144],
  ])("on cards of %j bytes is %i", (cards, tokens) => {
    expect(ollamaDefaultContext(OWN!, cards, 1_000_000)).toBe(tokens);
  });

  it("is never longer than the model was trained for", () => {
    expect(ollamaDefaultContext(CHILD!, [24 * GIB], 8192)).toBe(8192);
  });
});

it("a step grows with the context only since a llama-server runs the models", () => {
  expect([4096, 8192, 65_536].map((context) => ollamaBatch(OWN!, context))).toEqual([512, 512, 512]);
  expect([256, 4096, 8192, 65_536].map((context) => ollamaBatch(CHILD!, context))).toEqual([256, 512, 1024, 2048]);
});
