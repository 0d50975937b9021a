import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readServerArguments, shellWords } from "./index.ts";

describe("a pasted command line", () => {
  test.each([
    ["a b  c", ["a", "b", "c"]],
    [`-ot 'exps=CPU' -m "a \\"b\\" c"`, ["-ot", "exps=CPU", "-m", 'a "b" c']],
    ["a\\ b \\\n c", ["a b", "c"]],
    [`x''y ""`, ["xy", ""]],
    ["", []],
  ])("%j", (text, words) => {
    expect(shellWords(text)).toEqual(words);
  });

  test("an open quote is no command", () => {
    expect(shellWords(`-m "a`)).toBeUndefined();
  });

  test("any words come back when quoted", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 })), (words) => {
        const quoted = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
        expect(shellWords(quoted)).toEqual(words);
      }),
    );
  });
});

describe("settings of a command line", () => {
  test("what is not said is the server's default", () => {
    const { settings, slots, nodes } = readServerArguments([]);
    expect(settings).toMatchObject({ batch: 2048, microBatch: 512, flashAttention: "auto", gpuLayers: "all" });
    expect(slots).toEqual({});
    expect(nodes).toEqual([]);
  });

  test("short and long spellings, negatives, what adds up", () => {
    const args =
      "--ctx-size 8192 -np -1 -no-kvu -nkvo --tensor-split 3/1 -ot a=CPU -ot b=CUDA1,c=CPU -ngl auto -dev none --rpc a:1,b:2";
    expect(readServerArguments(args.split(" "))).toMatchObject({
      slots: { context: 8192, parallel: "auto", kvUnified: false },
      settings: {
        cacheOnHost: true,
        tensorSplit: [3, 1],
        tensorOverrides: [
          { pattern: "a", buffer: "CPU" },
          { pattern: "b", buffer: "CUDA1" },
          { pattern: "c", buffer: "CPU" },
        ],
        gpuLayers: "all",
        devices: [],
      },
      nodes: ["a:1", "b:2"],
    });
  });

  test.each([
    ["-md small.gguf --spec-draft-n-max 5", { by: "model", model: "small.gguf", draftTokens: 5 }],
    ["--spec-type draft-simple -hfd owner/small", { by: "model", model: "owner/small" }],
    ["--spec-type draft-mtp --spec-draft-n-max 2", { by: "mtp", draftTokens: 2 }],
    ["--spec-type ngram-simple", { by: "ngram", draftTokens: 48 }],
    ["--spec-type draft-eagle3 -md head.gguf", { by: "eagle3", model: "head.gguf" }],
    ["--spec-default", { by: "ngram", lookUp: "ngram-mod", draftTokens: 64 }],
    ["--spec-type ngram-map-k --spec-ngram-map-k-size-m 6", { by: "ngram", lookUp: "ngram-map-k", draftTokens: 6 }],
    [
      "--spec-type draft-mtp -ctkd q8_0 --cache-type-v-draft q8_0",
      { by: "mtp", placed: { cacheTypeK: "q8_0", cacheTypeV: "q8_0" } },
    ],
    ["-md small.gguf -ngld 0 -devd none", { by: "model", model: "small.gguf", placed: { gpuLayers: 0, devices: [] } }],
    ["--spec-type draft-dflash -md block.gguf", { by: "other", types: "draft-dflash" }],
    ["--spec-type ngram-mod --spec-type draft-mtp", { by: "other", types: "ngram-mod,draft-mtp" }],
    ["--spec-type none", undefined],
    ["--spec-type draft-simple", undefined],
    ["-c 8192", undefined],
  ])("what guesses ahead: %s", (args, guesses) => {
    expect(readServerArguments(args.split(" ")).guesses).toEqual(guesses);
  });

  test("any words are read without throwing", () => {
    fc.assert(fc.property(fc.array(fc.string()), (args) => void readServerArguments(args)));
  });
});
