import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatExactBytes, seededRandom } from "../../src/facts/units/index.ts";
import { ask } from "./ask.ts";
import { redo } from "./check.ts";
import { evaluate } from "./evaluate.ts";
import { EXAMPLE, questions } from "./questions.ts";

let home: string;
let example: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "loadout-napkin-"));
  example = (await ask(EXAMPLE, home)).out;
});
afterAll(() => rm(home, { recursive: true, force: true }));

describe("printed arithmetic", () => {
  test.each([
    ["36 layers x 8192 cells x 1 stream x (K 1024 x 2 B + V 1024 / 32 x 34 B)", 36 * 8192 * (2048 + 1088)],
    ["7,568,097,280 weights / 32 x 34 B [Q8_0] + 308,224 weights x 4 B [F32, 1 x 2]", 8_042_336_256],
    ["10 B - (2 x 3 B + 1 B)", 3],
    ["hypot(3 B, 4 B)", 5],
    ["0 + 4 B", 4],
    ["8 B x 2 [this machine, 3 runs]", 16],
  ])("%s", (text, value) => expect(evaluate(text)).toMatchObject({ low: value, high: value }));

  test("what was rounded is an interval, and so is what comes of it", () => {
    const size = evaluate("1.13 GiB");
    expect(size.low / 2 ** 30).toBeCloseTo(1.125, 9);
    expect(size.high / 2 ** 30).toBeCloseTo(1.135, 9);
    const { low, high, dimension } = evaluate("512 tokens / (8.7 GB / 900 GB/s + 36 layers x 28.5 us)");
    const middle = 512 / (8.7 / 900 + 36 * 28.5e-6);
    expect(low).toBeLessThan(middle);
    expect(high).toBeGreaterThan(middle);
    expect(high / low).toBeLessThan(1.02);
    expect(dimension).toEqual([0, -1, 0]);
  });

  test.each(["", "3 B +", "3 B 4 B", "2 x (3 B", "3 B + 4 us", "about three", "1 / 0 B"])("refuses %j", (text) =>
    expect(() => evaluate(text)).toThrow(),
  );

  test("sums of bytes come out exactly", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 2 ** 45 }), { minLength: 1, maxLength: 20 }), (sizes) => {
        const sum = sizes.reduce((total, size) => total + size, 0);
        expect(evaluate(sizes.map(formatExactBytes).join(" + "))).toMatchObject({ low: sum, high: sum });
      }),
    );
  });
});

describe("what explain prints", () => {
  test("is inside 80 columns but for commands, and comes out of its own lines: the 24 GB example", () => {
    const { reproduced, constants, wrong } = redo(example);
    expect(wrong).toEqual([]);
    expect(reproduced).toBeGreaterThan(25);
    expect(constants).toBeGreaterThan(10);
    for (const line of example.split("\n")) if (!line.includes("loadout ")) expect(line.length, line).toBeLessThan(81);
  });

  test("a changed digit of a result or of its arithmetic is seen", () => {
    const lines = example.split("\n");
    const first = lines.findIndex((line) => line.startsWith("memory in use"));
    const last = lines.findIndex((line) => line.startsWith("speed"));
    // words of a source are no arithmetic, nor are the constants that they vouch for
    const counted = lines
      .map((line, index) => ({ line, index }))
      .slice(first, last)
      .filter(({ line }) => /= [\d,]{9,} (B|weights)/.test(line));
    expect(counted.length).toBeGreaterThan(10);
    for (const { line, index } of counted) {
      const changed = line.replace(/= (\d)/, (_, digit: string) => `= ${(Number(digit) % 9) + 1}`);
      expect(redo(lines.with(index, changed).join("\n")).wrong, changed).not.toEqual([]);
    }
  });

  test.each([
    ["--gpu", "rtx-3090"],
    ["--gpu", "2xrx-7900-xtx", "--backend", "vulkan"],
    ["--gpu", "rtx-4070", "--ram", "64GB:ddr5-5600", "--gpu-layers", "12"],
    ["--ram", "64GB:ddr5-5600", "--prompt", "2k", "--cached", "90%"],
  ])("derives each rate in a pace, and sees a changed digit of it: %s %s", async (...rig) => {
    const { out } = await ask(["explain", "Qwen/Qwen3-8B:Q4_K_M", ...rig, "--context", "4k"], home);
    expect(redo(out).wrong).toEqual([]);
    const lines = out.split("\n");
    const derived = lines.flatMap((line, index) => (/^ {4}\S.*: \d.* \(formula\)$/.test(line) ? [index] : []));
    expect(derived.length).toBeGreaterThan(1);
    for (const index of derived) {
      const changed = lines[index]!.replace(/: (\d)/, (_, digit: string) => `: ${(Number(digit) % 9) + 1}`);
      expect(redo(lines.with(index, changed).join("\n")).wrong, changed).not.toEqual([]);
      // without its lines the pace stands on nothing
      expect(redo(lines.toSpliced(index, 1).join("\n")).wrong, lines[index]).not.toEqual([]);
    }
  });

  test.each([
    [["Qwen/Qwen3-8B:Q8_0", "--gpu", "rtx-4090", "--against", ":Q4_K_M --gpu rtx-3090 --users 2"]],
    [["Qwen/Qwen3-8B:Q4_K_M", "--vram", "24GB", "--against", "openai/gpt-oss-20b --context 4k"]],
  ])("comes out of its own lines: why two loadouts differ, %j", async (words) => {
    const { out, error } = await ask(["explain", ...words], home);
    expect(error).toBe("");
    expect(redo(out).wrong).toEqual([]);
    expect(redo(out).reproduced).toBeGreaterThan(15);
    for (const line of out.split("\n")) expect(line.length, line).toBeLessThan(81);
    const changed = out.replace(/second less first: (.*) = -?(\d)/, (_, size: string, digit: string) => {
      return `second less first: ${size} = ${(Number(digit) % 9) + 1}`;
    });
    expect(redo(changed).wrong).not.toEqual([]);
  });

  test("comes out of its own lines: twenty questions drawn by a seed", async () => {
    for (const words of await questions(seededRandom(5), 20)) {
      const { out, error } = await ask(words, home);
      expect(error, words.join(" ")).toBe("");
      const { reproduced, wrong } = redo(out);
      expect(wrong, words.join(" ")).toEqual([]);
      expect(reproduced).toBeGreaterThan(15);
    }
  }, 120_000);
});

describe("the worked example", () => {
  test("fits a terminal, and its sum holds as printed", async () => {
    const { out, error } = await ask(["fit", "--vram", "24GB"], home);
    expect(error).toBe("");
    for (const line of out.split("\n")) expect(line.length, line).toBeLessThan(81);
    const sum = /: ([^:]* of weights .*?) = (\S+ GiB) on \S+, which has 24\.00 GiB/.exec(out.replace(/\s+/g, " "));
    const middle = (text: string) => {
      const { low, high } = evaluate(text);
      return (low + high) / 2;
    };
    expect(middle(sum![1]!) / middle(sum![2]!)).toBeCloseTo(1, 9);
  });

  test("has a documented form", async () => {
    const schema = JSON.parse(
      await readFile(join(import.meta.dirname, "../../docs/schema/answers.schema.json"), "utf8"),
    );
    const valid = new Ajv2020({ strict: false }).compile(schema);
    for (const words of [
      ["fit", "--vram", "16GB", "--json"],
      ["fit", "--gpu", "rtx-3060-12gb", "--tools", "--json"],
      [...EXAMPLE, "--json"],
      [...EXAMPLE, "--against", ":Q4_K_M", "--json"],
    ]) {
      const answer = JSON.parse((await ask(words, home)).out);
      expect(valid(answer) ? [] : valid.errors, words.join(" ")).toEqual([]);
    }
  });
});
