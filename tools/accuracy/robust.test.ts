import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scoreLine } from "../accuracy.ts";
import { formatOf } from "./formats.ts";
import { scoreBuffers } from "./llamacpp-buffers.ts";
import type { RowTerm } from "./score.ts";

const LLAMA = {
  arch: "llama",
  n_layer: 4,
  n_embd: 512,
  n_head: 8,
  n_head_kv: 4,
  n_vocab: 4096,
  n_ff: 1024,
  head_k: 64,
};
/** a row of two layers' worth of everything that rows may ask; truths are any numbers */
const row = (model: object, params: object, more: object = {}): object => ({
  name: "made up",
  model: { ...LLAMA, ...model },
  params: { n_ctx: 2048, n_outputs_max: 1, ...params },
  context: 1,
  host: 1,
  context_gpu: [1],
  gpu: [1],
  model_gpu: [1],
  model_host: 1,
  ...more,
});
const scored = (model: object, params: object, more?: object): RowTerm[] =>
  scoreLine(JSON.stringify(row(model, params, more)), scoreBuffers);
const predicted = (model: object, params: object, term: string, more?: object): number => {
  const found = scored(model, params, more).find((each) => each.term === term)!;
  expect(found.refused).toBeNull();
  return found.predicted!;
};

describe("a line that is no row", () => {
  it.each([
    "",
    "{",
    "[]",
    "3",
    "null",
    '"x"',
    "{}",
    '{"name":3,"context":1}',
    '{"model":[],"context":1}',
    '{"context":"x"}',
  ])("is refused with a reason: %s", (text) => {
    for (const { predicted: number, refused, defect } of scoreLine(text, scoreBuffers)) {
      expect(number).toBeNull();
      expect(refused).not.toBe("");
      expect(defect).toBeUndefined();
    }
  });

  it("never stops the run, whatever its fields hold", () => {
    const whole = row(
      { n_swa: 256, swa_period: 2, n_expert: 4, n_expert_used: 2, n_ff_exp: 256 },
      { n_gpu: 2, type_k: "q8_0", type_v: "q8_0" },
    );
    const groups: Record<string, unknown> = { ...whole };
    const value = fc.oneof(fc.constantFrom(null, -1, 0, 0.5, 3, 1e300, "x", "llama", true, [], [1], {}), fc.integer());
    const place = fc.constantFrom(
      ...["model", "params"].flatMap((group) =>
        [
          ...Object.keys(Object(groups[group])),
          "n_layer_nextn",
          "mla",
          "recr_layers",
          "gpu_layers",
          "tensor_split",
        ].map((key) => [group, key] as const),
      ),
    );
    fc.assert(
      fc.property(place, value, ([group, key], damage) => {
        const damaged = { ...groups, [group]: { ...Object(groups[group]), [key]: damage } };
        const terms = scoreLine(JSON.stringify(damaged), scoreBuffers);
        expect(terms.length).toBeGreaterThan(0);
        for (const term of terms) expect(term.predicted === null).toBe(term.refused !== null);
        expect(terms.filter(({ defect }) => defect)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it("belongs to a format by its file's name, or to none that is known", () => {
    expect(formatOf("llamacpp-buffers-more.jsonl")?.prefix).toBe("llamacpp-buffers");
    expect(formatOf("lora-peaks.jsonl")).toBeUndefined();
  });
});

describe("fields of rows", () => {
  const layerBytes = 2 * 2 * 2048 * 256;

  it("layers on the device: the rest, with its cache, on the host", () => {
    expect(predicted({}, { gpu_layers: 2 }, "context_gpu[0]")).toBe(layerBytes);
    expect(predicted({}, { gpu_layers: 2 }, "context")).toBe(4 * layerBytes);
    expect(predicted({}, { gpu_layers: 0 }, "model_gpu[0]")).toBe(0);
  });

  it("types of keys and values that differ", () => {
    const wide = { head_k: 128 };
    expect(predicted(wide, { type_k: "q8_0" }, "context")).toBe(4 * layerBytes * (1 + 34 / 64));
  });

  it("any number of devices, with shares or without", () => {
    const truths = { context_gpu: [1, 1, 1], gpu: [1, 1, 1] };
    expect(predicted({}, { n_gpu: 3, tensor_split: [1, 0, 3] }, "context_gpu[1]", truths)).toBe(0);
    expect(predicted({}, { n_gpu: 0 }, "context")).toBe(4 * layerBytes);
  });

  it("a batch smaller than the micro-batch", () => {
    expect(predicted({}, { n_batch: 64 }, "gpu[0]")).toBe(predicted({}, { n_ubatch: 64 }, "gpu[0]"));
  });

  it("blocks for further tokens: in the cache where the row says so", () => {
    expect(predicted({ n_layer_nextn: 1, nextn_in_kv: true }, {}, "context")).toBe(5 * layerBytes);
    expect(predicted({ n_layer_nextn: 1 }, {}, "context")).toBe(4 * layerBytes);
  });

  it("lengths of a recurrent state that no formula gives", () => {
    const recurrent = { arch: "qwen3next", recr_layers: [0, 1, 2], r_override: 96, s_override: 1024 };
    expect(predicted(recurrent, { n_seq: 2, n_outputs_max: 2 }, "context")).toBe(layerBytes + 3 * 2 * 4 * (96 + 1024));
  });

  it("a dense part beside the experts, and gate and up in one tensor", () => {
    const gemma = { arch: "gemma4", n_expert: 8, n_expert_used: 2, n_ff_exp: 256 };
    const dense = 3 * ((512 * 1024) / 256) * 144;
    const beside = { ...gemma, moe_dense_side: true };
    const wider = { ...beside, n_ff: 2048 };
    expect(predicted(wider, {}, "model_gpu[0]") - predicted(beside, {}, "model_gpu[0]")).toBe(4 * dense);
    expect(predicted({ ...beside, gate_up_merged: true }, {}, "gpu[0]")).toBeGreaterThan(0);
  });

  it("what a build does, said outright", () => {
    const quantized = { type_k: "q8_0", type_v: "q8_0" };
    expect(predicted({}, { ...quantized, cuda_kv_f16_copy: false }, "gpu[0]")).toBeLessThan(
      predicted({}, quantized, "gpu[0]"),
    );
    expect(predicted({}, { mask_f32: true }, "host")).toBeGreaterThan(predicted({}, {}, "host"));
  });

  it("experts of another type than usual", () => {
    const experts = { n_expert: 8, n_expert_used: 2, n_ff_exp: 256 };
    const bytes = (512 * 256 * 8 * 34) / 32;
    const host = { n_cpu_moe: 4 };
    const more = { ...host, expert_bytes: { moe_up: bytes, moe_gate: bytes, moe_down: bytes } };
    expect(predicted(experts, more, "model_host")).toBeGreaterThan(predicted(experts, host, "model_host"));
    expect(scored(experts, { ...host, expert_bytes: { moe_up: 17 } })[0]!.refused).toContain("17 bytes");
  });

  it("an architecture without a graph: what the context holds is predicted, the rest refused with the reason", () => {
    const terms = scored({ arch: "lfm2" }, {});
    expect(terms.find(({ term }) => term === "context")).toMatchObject({ predicted: 4 * layerBytes, refused: null });
    expect(terms.find(({ term }) => term === "gpu[0]")!.refused).toContain("lfm2");
  });
});
