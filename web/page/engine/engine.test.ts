// What the page answers is what the command line prints: the same questions both ways, through an address and back.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seededRandom } from "../../../src/facts/units/index.ts";
import type { Flags } from "../../../src/plan/ask/flags/index.ts";
import type { Kind } from "../../../src/plan/ask/kinds/index.ts";
import { runLoadout } from "../../../src/show/cli/testing/command-line.ts";
import { samples } from "../../../tools/damage.ts";
import { createAnswerer, errorFacts } from "./answerer.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "loadout-engine-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** How the command line asks for a kind. */
const COMMANDS: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  fit: ["fit"],
  explain: ["explain"],
  ranking: ["fit"],
  quants: ["quants"],
  cards: ["gpus"],
  offload: ["offload"],
  frontier: ["frontier"],
  models: ["models"],
  gpus: ["gpus"],
};

function typed(kind: Kind, { model, ...flags }: Flags): string[] {
  const named = model === undefined ? [] : kind === "cards" ? ["--for", String(model)] : [String(model)];
  const words = Object.entries(flags).flatMap(([name, value]) =>
    value === true ? [`--${name}`] : [value].flat().flatMap((each) => [`--${name}`, each]),
  );
  return [...COMMANDS[kind]!, ...named, ...words, "--json"];
}

/** As an address carries it. */
function throughAddress(flags: Flags): Flags {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(flags))
    for (const each of value === true ? [""] : [value].flat()) query.append(name, each);
  const read = new URLSearchParams(query.toString());
  return Object.fromEntries(
    [...new Set(read.keys())].map((name) => {
      const values = read.getAll(name);
      return [name, values.length > 1 ? values : values[0] === "" ? true : values[0]!];
    }),
  );
}

const pick = <Value>(list: readonly Value[], random: () => number): Value => list[Math.floor(random() * list.length)]!;

/** Questions of every kind, with wrong ones among them. */
function questions(count: number): [Kind, Flags][] {
  const random = seededRandom(8);
  const models = ["qwen3-8b", "qwen3-30b-a3b:Q4_K_M", "gpt-oss-20b", "qwen3.6-35b-a3b", "gemma-3-27b", "no-such-model"];
  const rigs: readonly Flags[] = [
    { vram: "24GB" },
    { gpu: "2xrtx-3090", ram: "128GB:ddr5-5600" },
    { gpu: ["rtx-4090", "rtx-3090"], ram: "64GB", os: "windows" },
    { gpu: "rtx-9999" },
    { vram: "8GB", ram: "32GB", backend: "vulkan" },
  ];
  const kinds: readonly Kind[] = ["fit", "explain", "quants", "offload", "cards", "frontier"];
  return Array.from({ length: count }, (_, at): [Kind, Flags] => {
    const kind = kinds[at % kinds.length]!;
    const flags: Flags = {
      model: pick(models, random),
      context: pick(["8k", "12288", "32k"], random),
      "kv-type": pick(["f16", "q8_0", "q7"], random),
    };
    if (kind === "cards") return [kind, { ...flags, rows: "3" }];
    if (kind === "frontier") return [kind, { ...flags, ...pick(rigs, random), "users-up-to": "4" }];
    return [kind, { ...flags, ...pick(rigs, random), users: String(1 + Math.floor(random() * 6)) }];
  });
}

const FIXED: readonly [Kind, Flags][] = [
  ["ranking", { vram: "12GB", tools: true, "max-size": "8GB" }],
  ["models", { model: "qwen3 8b" }],
  ["gpus", { model: "rtx-3090" }],
  ["fit", { model: "qwen3-8b", vram: "24GB", table: true, goal: "mixed", prompt: "2k", cached: "50%" }],
  ["fit", { model: "qwen3-8b", vram: "24GB", tools: true }],
  ["explain", { model: "qwen3-8b", vram: "24GB", against: ":Q8_0 --context 16k" }],
  ["fit", { model: "qwen3-32b", gpu: "rtx-4090", draft: "qwen3-0.6b" }],
  ["fit", { model: "qwen3-vl-8b", gpu: "rtx-4090", images: "4", "image-size": "1920x1080" }],
  ["fit", { model: "gemma-4-e4b", gpu: "rtx-4090", audio: "30s" }],
  ["fit", { model: "qwen3-8b", gpu: "rtx-4090", images: "1" }],
  ["explain", { model: "gemma-3-12b", gpu: "rtx-4090", images: "2" }],
];

describe("the page and the command line say the same", () => {
  const answerer = createAnswerer();
  test.each([...FIXED, ...questions(12)])(
    "%s %o",
    async (kind, flags) => {
      const { stdout } = await runLoadout(folder, typed(kind, flags));
      const here = await answerer.ask(kind, throughAddress(flags)).then(
        (json): unknown => JSON.parse(json),
        (thrown: unknown) => ({ error: errorFacts(thrown) }),
      );
      const there: unknown = JSON.parse(stdout);
      if (isError(there)) {
        const { code, message, hint } = there.error;
        expect(here).toEqual({ error: { code, message, hint } });
      } else expect(JSON.stringify(here)).toBe(JSON.stringify(there));
    },
    60_000,
  );

  test("the numbers are those of the whole answer", async () => {
    for (const [kind, flags] of questions(30)) {
      if (kind !== "fit" && kind !== "explain") continue;
      const answered = await Promise.allSettled([answerer.ask("fit", flags), answerer.ask("numbers", flags)]);
      const [whole, numbers] = answered.map((each) =>
        each.status === "fulfilled" ? JSON.parse(each.value) : errorFacts(each.reason),
      );
      expect(whole).toMatchObject(numbers);
    }
  });
});

function isError(value: unknown): value is { readonly error: { code: string; message: string; hint: string } } {
  return typeof value === "object" && value !== null && "error" in value;
}

describe("dropped files", () => {
  /** a small whole file in the newest form */
  const header = () => {
    const { header: bytes, fileBytes } = samples()[4]!;
    const whole = new Uint8Array(fileBytes);
    whole.set(bytes);
    return whole;
  };

  test("a GGUF file is asked about as the command line asks about it", async () => {
    const path = join(folder, "tiny.gguf");
    await writeFile(path, header());
    const answerer = createAnswerer();
    const opened = await answerer.open([new File([await readFile(path)], "tiny.gguf")]);
    expect(opened.model).toBe("file:tiny.gguf");
    const here = JSON.parse(await answerer.ask("fit", { model: opened.model, vram: "24GB" }));
    const { stdout } = await runLoadout(folder, ["fit", path, "--vram", "24GB", "--json"]);
    const there = JSON.parse(stdout);
    for (const part of ["verdict", "memory", "speed", "wouldFit", "decisions"]) expect(here[part]).toEqual(there[part]);
  }, 60_000);

  test("a damaged one is refused with the same code", async () => {
    const good = header();
    const cut = good.slice(0, 200);
    const flipped = good.slice();
    flipped.set([255, 255, 255, 255, 255, 255, 255, 127], 8);
    const damaged: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {
      "cut.gguf": cut,
      "counts.gguf": flipped,
      "empty.gguf": new Uint8Array(0),
      "page.gguf": new TextEncoder().encode("<!doctype html><title>no</title>"),
      "config.json": new TextEncoder().encode('{"model_type": '),
      "other.json": new TextEncoder().encode('{"a": 1}'),
    };
    for (const [name, bytes] of Object.entries(damaged)) {
      const path = join(folder, name);
      await writeFile(path, bytes);
      const thrown: unknown = await createAnswerer()
        .open([new File([bytes], basename(path))])
        .then(
          () => undefined,
          (error: unknown) => error,
        );
      const { stdout } = await runLoadout(folder, ["fit", path, "--vram", "24GB", "--json"]);
      expect([name, errorFacts(thrown).code]).toEqual([name, JSON.parse(stdout).error.code]);
    }
  }, 60_000);

  test("what is not open, elsewhere or nowhere is said to be", async () => {
    const answerer = createAnswerer();
    const codeOf = (flags: Flags) =>
      answerer.ask("fit", flags).then(
        () => "answered",
        (error: unknown) => errorFacts(error).code,
      );
    expect(await codeOf({ model: "file:gone.gguf", vram: "24GB" })).toBe("model-not-open");
    expect(await codeOf({ model: "hf:owner/name", vram: "24GB" })).toBe("model-elsewhere");
    expect(await codeOf({ model: "qwen3-8b" })).toBe("rig-undescribed");
    expect(await codeOf({ vram: "24GB" })).toBe("bad-quantity");
  });
});
