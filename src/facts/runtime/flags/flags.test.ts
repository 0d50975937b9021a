import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkArguments, flagsOf, flagsOfHelp, LLAMA_SERVER_FLAGS } from "./index.ts";

const [august, october] = LLAMA_SERVER_FLAGS;

describe("the table of flags", () => {
  test("names are unique within a build", () => {
    for (const { flags } of LLAMA_SERVER_FLAGS) {
      const names = flags.flatMap((flag) => flag.names);
      expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
    }
  });

  test("October lost the old ways to say how weights are loaded, and gained per-slot limits", () => {
    const args = ["--no-mmap"];
    expect(checkArguments(args, august!)).toEqual([]);
    expect(checkArguments(args, october!)).toEqual([
      { at: 0, argument: "--no-mmap", because: "b11434 has no such flag" },
    ]);
    expect(checkArguments(["--kv-unified-per-slot", "8192"], october!)).toEqual([]);
  });

  test("a build takes the newest table not after it", () => {
    expect(flagsOf(LLAMA_SERVER_FLAGS, 10_433)).toBeUndefined();
    expect(flagsOf(LLAMA_SERVER_FLAGS, 11_000)?.build).toBe("b10434");
    expect(flagsOf(LLAMA_SERVER_FLAGS, 12_000)?.build).toBe("b11434");
  });
});

describe("checking arguments", () => {
  test.each([
    [["-c", "4096", "-fa", "on", "-ctk", "q8_0"], []],
    [["-fa"], ["it takes a value"]],
    [["-fa", "yes"], ['it takes one of on, off, auto, not "yes"']],
    [["-c", "much"], ['it takes a number, not "much"']],
    [["4096"], ["a flag was expected here"]],
    [["--draft-max", "4"], ["b11434 only says that it was removed"]],
    [["--control-vector-layer-range", "1"], ["it takes two values"]],
    [["-ctk", "q6_K"], ['it takes one of f32, f16, bf16, q8_0, q4_0, q4_1, iq4_nl, q5_0, q5_1, not "q6_K"']],
  ])("%j", (args, because) => {
    expect(checkArguments(args, october!).map((problem) => problem.because)).toEqual(because);
  });

  test("never throws", () => {
    fc.assert(fc.property(fc.array(fc.string()), (args) => void checkArguments(args, october!)));
  });
});

describe("reading a help text", () => {
  const help = [
    "----- some params -----",
    "",
    "-x,    --example N                      a size (default: 0)",
    "                                        (env: EXAMPLE)",
    "-fa,   --flash-attn [on|off|auto]       whether",
    "--good, --no-good                       yes or no",
    "--type TYPE                             a type",
    "                                        allowed values: f16, q8_0",
    "-m,    --mode {one,two}",
    "                                        how, one of:",
    "--way WAY                               how",
    "                                        - here: near",
    "                                        - there: far",
    "--old N                                 the argument has been removed. use --example",
    "-gl,   --gpu-layers N                   either a number, 'auto', or 'all'",
    "--range START END",
    "                                        from and to",
  ].join("\n");

  test("names, values, what was removed", () => {
    expect(flagsOfHelp(help)).toEqual([
      { names: ["-x", "--example"], value: "number" },
      { names: ["-fa", "--flash-attn"], value: ["on", "off", "auto"] },
      { names: ["--good", "--no-good"], value: "nothing" },
      { names: ["--type"], value: ["f16", "q8_0"] },
      { names: ["-m", "--mode"], value: ["one", "two"] },
      { names: ["--way"], value: ["here", "there"] },
      { names: ["--old"], value: "number", removed: true },
      { names: ["-gl", "--gpu-layers"], value: "text" },
      { names: ["--range"], value: "two texts" },
    ]);
  });

  test("any text is read without throwing", () => {
    fc.assert(fc.property(fc.string(), (text) => void flagsOfHelp(text)));
  });
});
