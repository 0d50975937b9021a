import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deviceCatalog, rigsByHand, type Rig } from "../../../facts/hardware/index.ts";
import { modelCatalog, tensorList } from "../../../facts/model/index.ts";
import { quantized, SERVER_SCHEMES, serverWeights, weightBytes } from "../../../facts/recipe/index.ts";
import { chipsOf, kernelFor, llamaCppBuild, LLAMACPP_CALLERS } from "../../../facts/runtime/index.ts";
import type { Goal } from "../../fit/index.ts";
import { outlined } from "../../search/index.ts";
import { adviseQuants, runtimeAdvice, type QuantAdvice, type QuantQuestion } from "../index.ts";

const { findModel, geometryFromRow } = await modelCatalog();
const { rigByHand } = await rigsByHand();
const { CATALOG, SEVERAL_IN_ONE } = await deviceCatalog();

function question(name: string, rig: Rig, goal: Goal = "interactive"): QuantQuestion {
  const found = findModel(name);
  if (found.kind !== "found") throw new Error(`${name} is not one row`);
  const geometry = geometryFromRow(found.row)!;
  return {
    model: { geometry, shapes: tensorList(geometry)! },
    rig,
    goal,
    catalog: { id: found.id, family: found.row.family },
  };
}

function whole(name: string, gpu: string, goal: Goal = "interactive"): QuantAdvice {
  const asked = question(name, rigByHand({ gpus: [gpu] }).rig, goal);
  const { rig, model } = asked;
  const closable = { host: 0, devices: rig.devices.map(() => 0) };
  const build = llamaCppBuild("b11434")!.build;
  const setup = { goal, wishes: {}, rig, closable, build, caller: LLAMACPP_CALLERS["llama-server"] };
  return adviseQuants({ ...asked, outlined: outlined(model, setup) });
}

describe("sizes", () => {
  test.each(["Qwen/Qwen3-8B", "Qwen/Qwen3.6-35B-A3B", "openai/gpt-oss-20b"])(
    "of %s are the recipe's, to the byte",
    (name) => {
      const asked = question(name, rigByHand({ gpus: ["rtx-4090"] }).rig);
      const { rows } = adviseQuants(asked);
      const { geometry, shapes } = asked.model;
      for (const { scheme, kind, bytes } of rows) {
        const expected =
          kind === "gguf"
            ? weightBytes(quantized(geometry, shapes, scheme))
            : serverWeights(
                shapes,
                SERVER_SCHEMES.find(({ id }) => id === scheme)!,
              ).bytes;
        expect(bytes, scheme).toBe(expected);
      }
      expect(rows.length).toBeGreaterThan(20);
    },
  );
});

test("nothing is offered on a chip without a kernel for every type it stores, on any device of the catalog", () => {
  const devices = CATALOG.filter(
    ({ class: line, id, memoryBytes }) => line !== "cpu" && memoryBytes.length > 0 && !(id in SEVERAL_IN_ONE),
  );
  const sized = devices.map(({ id, memoryBytes }) => `${id}:${memoryBytes.at(-1)! / 2 ** 30}GB`);
  fc.assert(
    fc.property(
      fc.constantFrom(...sized),
      fc.constantFrom("Qwen/Qwen3-0.6B", "openai/gpt-oss-20b", "Qwen/Qwen3-30B-A3B"),
      (gpu, name) => {
        const { rig } = rigByHand({ gpus: [gpu] });
        const asked = question(name, rig);
        const { rows, notHere } = adviseQuants(asked);
        for (const { scheme, kind, runtimes } of rows) {
          expect(runtimes.length, scheme).toBeGreaterThan(0);
          const matrices = quantizedTypes(asked, scheme, kind);
          for (const { runtime } of runtimes)
            for (const chip of chipsOf(rig))
              for (const type of matrices)
                expect(kernelFor(runtime, type, chip), `${gpu} ${runtime} ${type}`).toBeDefined();
        }
        const offered = new Set(rows.map(({ scheme }) => scheme));
        for (const { scheme } of notHere) expect(offered).not.toContain(scheme);
      },
    ),
    { numRuns: 40 },
  );
});

function quantizedTypes({ model }: QuantQuestion, scheme: string, kind: string): readonly string[] {
  if (kind !== "gguf") return [scheme];
  const typed = quantized(model.geometry, model.shapes, scheme);
  return [...new Set(typed.filter(({ shape }) => shape.length > 1).map(({ type }) => type))];
}

describe("on an RTX 4090", () => {
  const advice = whole("qwen3.6-27b", "rtx-4090");

  test("the recommended file type fits, is offered, and every reason is a sentence of its own", () => {
    const [first] = advice.choices;
    const row = advice.rows.find(({ scheme }) => scheme === first!.scheme)!;
    expect(row.kind).toBe("gguf");
    expect(row.memory?.verdict).toBe("fits");
    expect(first!.because.length).toBeGreaterThanOrEqual(3);
    expect(row.decode!.tokensPerSec).toBeGreaterThan(10);
  });

  test("what does not fit whole has the pace of the layers that do, and it is slower", () => {
    const [q8, q6] = ["Q8_0", "Q6_K"].map((scheme) => advice.rows.find((row) => row.scheme === scheme)!);
    expect(q8!.memory).toMatchObject({ kind: "predicted", verdict: "does not fit" });
    expect(q8!.decode!.tokensPerSec).toBeLessThan(q6!.decode!.tokensPerSec / 3);
  });

  test("published figures are the model's own where it has them, and said to be unknown where not", () => {
    const of = (scheme: string) => advice.rows.find((row) => row.scheme === scheme)!.quality;
    expect(of("Q4_K_M")).toMatchObject({ of: "this model", study: "qwen3.6-27b-sokann" });
    expect(of("Q8_0").of).toBe("its family");
    expect(of("IQ2_XXS")).toEqual({ of: "not known", figures: [] });
    expect(of("fp8")).toMatchObject({ of: "several models", date: "2024-11" });
  });

  test("long reasoning and other scripts are warned of below five bits, formatting below 3.5", () => {
    const of = (scheme: string) => advice.rows.find((row) => row.scheme === scheme)!.warnings;
    expect(of("Q6_K")).toEqual([]);
    expect(of("Q4_K_M")).toEqual(["long reasoning", "multilingual"]);
    expect(of("Q2_K")).toContain("strict formatting");
    // what it leaves in 16 bit does not count
    expect(of("awq")).toEqual(["long reasoning", "multilingual"]);
    expect(of("fp8")).toEqual([]);
  });
});

describe("for many", () => {
  test("FP8 is taken where it fits and the card multiplies it, four bits where it does not fit", () => {
    expect(whole("qwen3-8b", "rtx-5090", "batch").choices[0]).toMatchObject({
      for: "many at once",
      scheme: "fp8",
      runtime: "vllm",
    });
    expect(whole("qwen3-32b", "rtx-5090", "batch").choices[0]?.scheme).toBe("nvfp4");
    expect(whole("qwen3-32b", "rtx-6000-ada", "batch").choices[0]?.scheme).toBe("fp8");
  });

  test("a Mac and a processor get a file in slots, not a server they lack", () => {
    expect(whole("qwen3-8b", "apple-m4-max-40:64GB", "batch").choices.map(({ runtime }) => runtime)).toEqual([
      "llama.cpp",
    ]);
  });
});

describe("programs", () => {
  const of = (name: string, gpu: string, goal: Goal) => {
    const { model, rig } = question(name, rigByHand({ gpus: [gpu] }).rig);
    return runtimeAdvice(model.geometry, rig, goal);
  };
  test("one person starts with llama.cpp, many with vLLM, and what is retired comes last of what runs", () => {
    expect(of("qwen3-8b", "rtx-4090", "interactive")[0]?.runtime).toBe("llama.cpp");
    const many = of("qwen3-8b", "rtx-4090", "batch").filter(({ runs }) => runs);
    expect(many[0]?.runtime).toBe("vllm");
    expect(many.at(-1)?.runtime).toBe("tgi");
  });

  test("each says why it does not run here", () => {
    const mac = of("qwen3-8b", "apple-m4-max-40:64GB", "interactive");
    expect(mac.find(({ runtime }) => runtime === "vllm")).toMatchObject({
      runs: false,
      because: expect.stringContaining("macOS"),
    });
    expect(mac.find(({ runtime }) => runtime === "mlx")?.runs).toBe(true);
    const small = of("qwen3-32b", "rtx-4060", "batch").find(({ runtime }) => runtime === "vllm");
    expect(small).toMatchObject({ runs: false, because: expect.stringContaining("more than the memory") });
    const old = of("qwen3-8b", "tesla-p40", "interactive").find(({ runtime }) => runtime === "vllm");
    expect(old?.because).toContain("no kernel");
  });
});
