import { describe, expect, test } from "vitest";
import { deviceCatalog, type Rig } from "../../facts/hardware/index.ts";
import { modelCatalog, tensorList } from "../../facts/model/index.ts";
import { llamaCppBuild, LLAMACPP_CALLERS } from "../../facts/runtime/index.ts";
import { good, settingsFor, weigh } from "../fit/index.ts";
import { outlined, USUAL_FILE_TYPES, type SearchSetup } from "../search/index.ts";
import { capability } from "./capability.ts";
import { rankModels, READING_PACE, workedRows, type RankModel } from "./index.ts";

const GIB = 2 ** 30;
const { findModel, geometryFromRow } = await modelCatalog();
const { withCatalog } = await deviceCatalog();

/** A handful of models of all kinds: dense and mixtures, small and large, old and new, one without a graph here. */
const models = [
  "qwen3-8b",
  "qwen3-4b",
  "gpt-oss 20b",
  "gemma-3-27b-it",
  "qwen3 30b a3b",
  "llama-3.1-70b",
  "falcon-h1-7b",
]
  .map((name) => findModel(name))
  .flatMap((found): RankModel[] => {
    if (found.kind !== "found") return [];
    const { row } = found;
    const geometry = geometryFromRow(row)!;
    const { id, name, family, released, parameters } = row;
    const active = parameters.active === undefined ? {} : { activeParameters: parameters.active };
    const shapes = tensorList(geometry)!;
    return [{ id, name, family, released, geometry, shapes, parameters: parameters.text, ...active }];
  });

function setup(gib: number | undefined, more: Partial<SearchSetup> = {}): SearchSetup {
  const bytes = (gib ?? 0) * GIB;
  const card = {
    id: "0",
    name: "NVIDIA GeForce RTX 3090",
    vendor: "nvidia",
    backend: "cuda",
    memoryKind: "discrete",
    totalBytes: bytes,
    freeBytes: bytes,
    bandwidthBytesPerSec: 936e9,
    flopsPerSec: 71e12,
    shaderFlopsPerSec: 35e12,
    architecture: "8.6",
  } as const;
  const host: Rig["host"] = {
    cpu: { model: "", vendor: "", physicalCores: 8, logicalCores: 16, features: ["avx2"] },
    ramBytes: 32 * GIB,
    availableBytes: 30 * GIB,
    swapBytes: 0,
    os: "linux",
    arch: "x64",
    bandwidthBytesPerSec: 50e9,
  };
  const rig = withCatalog({ name: "written", host, devices: gib === undefined ? [] : [card] });
  return {
    goal: "interactive",
    wishes: {},
    rig,
    closable: { host: 0, devices: rig.devices.map(() => 0) },
    build: llamaCppBuild("b11434")!.build,
    caller: LLAMACPP_CALLERS["llama-server"],
    ...more,
  };
}

describe("ranking models on a rig", () => {
  test("shows only what fits by whole replays, in four bits or more, the reason beside it", () => {
    const { rows, counts, because } = rankModels(models, setup(24), { offloaded: 0 });
    expect(counts.models).toBe(models.length);
    expect(rows.length).toBeGreaterThan(3);
    for (const { choice, fileType } of rows) {
      expect(good(choice.now.verdict)).toBe(true);
      expect(["Q8_0", "Q6_K", "Q5_K_M", "Q4_K_M", "IQ4_XS", "MXFP4_MOE"]).toContain(fileType);
    }
    expect(rows.map(({ name }) => name)).not.toContain("Llama 3.1 70B");
    expect(because.length).toBeGreaterThan(3);
  });

  test("what keeps up with reading comes before what does not", () => {
    const { rows } = rankModels(models, setup(undefined));
    const keepsUp = rows.map(({ decode }) => decode!.low >= READING_PACE);
    expect(keepsUp).toEqual(keepsUp.toSorted((a, b) => Number(b) - Number(a)));
  });

  test("experts go to the CPU where the whole does not fit a device, and that costs pace", () => {
    const large = rankModels(models, setup(40)).rows.find(({ id }) => id.includes("30B-A3B"))!;
    const small = rankModels(models, setup(8)).rows.find(({ id }) => id.includes("30B-A3B"))!;
    expect(large.choice.settings.expertLayersOnHost).toBeUndefined();
    expect(small.choice.settings.expertLayersOnHost).toBe(48);
    expect(small.decode!.tokensPerSec).toBeLessThan(large.decode!.tokensPerSec / 2);
  });

  test("what fits only with layers on the CPU comes last, slower, by whole replays; where nothing is left beside, not at all", () => {
    const fits = ({ offloadedLayers }: { readonly offloadedLayers?: number }) => offloadedLayers === undefined;
    const { rows, counts, because } = rankModels(models, setup(24));
    const last = rows.filter((row) => !fits(row));
    expect(rows.map(fits)).toEqual(rows.map(fits).toSorted((a, b) => Number(b) - Number(a)));
    expect(last.map(({ name }) => name)).toContain("Llama 3.1 70B");
    expect(rows.length - last.length).toBeLessThanOrEqual(counts.fit);
    expect(because.join()).toContain("with offload");
    for (const { choice, decode, offloadedLayers, fileType } of last) {
      expect(good(choice.now.verdict)).toBe(true);
      expect(choice.settings.gpuLayers).toBeGreaterThan(0);
      expect(offloadedLayers).toBeGreaterThan(0);
      expect(fileType).toMatch(/^(IQ4_XS|MXFP4_MOE)$/);
      expect(decode!.tokensPerSec).toBeLessThan(rows[0]!.decode!.tokensPerSec);
    }
    const whole = [setup(undefined), setup(24, { wishes: { gpuLayers: "all" } })].map((each) =>
      rankModels(models, each),
    );
    for (const ranking of whole) expect(ranking.rows.every(fits)).toBe(true);
    const fewer = rankModels(models, setup(24), { offloaded: 0 });
    expect(fewer.rows).toHaveLength(rows.length - last.length);
  });

  test("wishes stay: context, users and a floor", () => {
    const { rows } = rankModels(models, setup(24, { wishes: { context: 16_384, users: 2 } }), {
      floor: "Q6_K",
      rows: 2,
      offloaded: 0,
    });
    expect(rows).toHaveLength(2);
    for (const { choice, fileType } of rows) {
      expect([choice.context, choice.users]).toEqual([16_384, 2]);
      expect(["Q8_0", "Q6_K", "MXFP4_MOE"]).toContain(fileType);
    }
  });
});

test("capability grows with parameters, counts a mixture as the mean of all and active, and halves with a year", () => {
  const yearMs = 365.25 * 24 * 3600 * 1000;
  expect(capability(8e9)).toBe(8e9);
  expect(capability(30e9, 3e9)).toBeCloseTo(Math.sqrt(90) * 1e9, -3);
  expect(capability(8e9, 8e9, yearMs)).toBeCloseTo(4e9, -3);
});

describe("models over contexts and users", () => {
  const whole = setup(24, { wishes: { gpuLayers: "all" } });
  const ranked = rankModels(models, whole).rows;
  const rows = workedRows(ranked, models, whole);

  test("every ranked model has a row, with what was asked for in place of the usual columns", () => {
    expect(rows.map(({ id }) => id)).toEqual(ranked.map(({ id }) => id));
    const asked = setup(24, { wishes: { gpuLayers: "all", users: 2 } });
    const [row] = workedRows(ranked, models, asked);
    expect(row!.cells.map(({ context, users }) => [context, users])).toEqual([
      [8192, 2],
      [32_768, 2],
      [131_072, 2],
    ]);
  });

  test("more users or context never get a larger file type with the same cache, and a cache in q8_0 only where f16 has none", () => {
    for (const { cells, name } of rows) {
      const chosen = cells.flatMap((cell) => (cell.chosen?.cacheType === "f16" ? [{ ...cell, ...cell.chosen }] : []));
      for (const one of chosen) {
        for (const other of chosen) {
          if (other.users < one.users || other.context < one.context) continue;
          // a larger type may be tight where the smaller one has room
          if (other.verdict !== "fits" || one.verdict !== "fits") continue;
          const at = (type: string) => USUAL_FILE_TYPES.indexOf(type);
          expect(at(other.fileType), name).toBeGreaterThanOrEqual(at(one.fileType));
        }
      }
    }
  });

  test("what is chosen fits by a whole replay", () => {
    for (const { id, cells } of rows.slice(0, 2)) {
      const on = outlined(
        models.find((model) => model.id === id)!,
        whole,
      );
      for (const { context, users, chosen } of cells) {
        if (!chosen || chosen.verdict !== "fits") continue;
        const { fileType, cacheType } = chosen;
        const wanted = settingsFor({ context, users, microBatch: 512, cacheType, gpuLayers: "all" });
        expect(good(weigh(on.exact(fileType), wanted).now.verdict), `${id} ${context} x ${users}`).toBe(true);
      }
    }
  });
});
