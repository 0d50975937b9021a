import { describe, expect, test } from "vitest";
import type { Device, Rig } from "../../facts/hardware/index.ts";
import { modelCatalog, tensorList } from "../../facts/model/index.ts";
import { FILE_TYPE_NAMES } from "../../facts/recipe/index.ts";
import { llamaCppBuild, LLAMACPP_CALLERS } from "../../facts/runtime/index.ts";
import { alternatives, choose, longestContext, weigh, type Wishes } from "../fit/index.ts";
import {
  cellsUnder,
  chooseFileType,
  mostUsers,
  outlined,
  searchModel,
  wantedSettings,
  type Outlined,
  type SearchModel,
} from "./index.ts";

const GIB = 2 ** 30;
const { findModel, geometryFromRow } = await modelCatalog();

function model(name: string): SearchModel {
  const found = findModel(name);
  if (found.kind !== "found") throw new Error(`${name} is not one row`);
  const geometry = geometryFromRow(found.row)!;
  return { geometry, shapes: tensorList(geometry)! };
}

function rig(gib: number | undefined, unified = false): Rig {
  const device = (bytes: number): Device => ({
    id: "0",
    name: "a card",
    vendor: "nvidia",
    backend: "cuda",
    memoryKind: unified ? "unified" : "discrete",
    totalBytes: bytes,
    freeBytes: bytes,
  });
  const host: Rig["host"] = {
    cpu: { model: "", vendor: "", physicalCores: 8, logicalCores: 16, features: ["avx2"] },
    ramBytes: 64 * GIB,
    availableBytes: 60 * GIB,
    swapBytes: 0,
    os: "linux",
    arch: "x64",
  };
  return { name: "written", host, devices: gib === undefined ? [] : [device(gib * GIB)] };
}

function on(name: string, where: Rig, wishes: Wishes = {}): Outlined {
  return outlined(model(name), {
    goal: "interactive",
    wishes,
    rig: where,
    closable: { host: 0, devices: where.devices.map(() => 0) },
    build: llamaCppBuild("b11434")!.build,
    caller: LLAMACPP_CALLERS["llama-server"],
  });
}

describe("cells of many file types under one weighing", () => {
  test.each([
    ["qwen3-8b on a card", () => on("qwen3-8b", rig(12))],
    ["qwen3-8b in RAM", () => on("qwen3-8b", rig(undefined))],
    ["qwen3-8b on a chip that shares its RAM", () => on("qwen3-8b", rig(32, true))],
    ["gemma 3 27b on a card", () => on("gemma-3-27b-it", rig(24))],
    ["qwen3 30b a3b, experts on the CPU", () => on("qwen3 30b a3b", rig(12), { expertLayersOnHost: "all" })],
  ])("%s: each holds what whole replays say", (_, make) => {
    const outline = make();
    const settings = wantedSettings(outline, 8192);
    const fileTypes = FILE_TYPE_NAMES.filter((name, index) => name !== "Q1_0" && index % 5 === 0);
    for (const [index, cell] of cellsUnder(outline, settings, fileTypes).entries()) {
      const fileType = fileTypes[index]!;
      const exact = weigh(outline.exact(fileType), settings);
      const need = exact.now.places.reduce((sum, place) => sum + place.need, 0);
      expect(cell!.needLowBytes, fileType).toBeLessThanOrEqual(need);
      expect(cell!.needHighBytes, fileType).toBeGreaterThanOrEqual(need);
      expect(Math.abs(cell!.needBytes / need - 1), fileType).toBeLessThan(0.01);
      expect(Math.abs(cell!.marginBytes - exact.now.marginBytes), fileType).toBeLessThan(0.01 * need);
    }
  });
});

describe("the file type that is taken where none is asked for", () => {
  test("is the largest usual one that fits with room to spare, and the next larger one's shortfall is said", () => {
    expect(chooseFileType(on("qwen3-8b", rig(24))).fileType).toBe("Q8_0");
    const chosen = chooseFileType(on("qwen3-32b", rig(24)));
    expect(chosen.fileType).toBe("Q4_K_M");
    expect(chosen.because).toMatch(/^the largest usual file type that fits.* with 8k of context; Q5_K_M would/);
  });

  test("is the largest that people can read along with on a processor, and where none is, the largest, with the reason", () => {
    const paced = (name: string, bandwidthBytesPerSec: number, goal: "interactive" | "batch" = "interactive") => {
      const where = rig(undefined);
      const asked = on(name, { ...where, host: { ...where.host, bandwidthBytesPerSec } });
      return chooseFileType({ ...asked, setup: { ...asked.setup, goal } });
    };
    const chosen = paced("qwen3-8b", 60e9);
    expect(chosen.fileType).toBe("Q4_K_M");
    expect(chosen.because).toMatch(/as fast as people read, 5\.3 tok\/s: .* slow end of its band; Q8_0 would fit too$/);
    expect(paced("qwen3-8b", 60e9, "batch").fileType).toBe("Q8_0");
    const slow = paced("qwen3-32b", 60e9);
    expect(slow.fileType).toBe("Q8_0");
    expect(slow.because).toMatch(/none of four bits or more is as fast as people read/);
  });

  test("is the smallest that keeps four bits where none fits whole", () => {
    expect(chooseFileType(on("qwen3-32b", rig(6)))).toEqual({
      fileType: "IQ4_XS",
      because: expect.stringContaining("none fits whole"),
    });
  });

  test("is the one that a model was published in", () => {
    expect(chooseFileType(on("gpt-oss 20b", rig(24))).fileType).toBe("MXFP4_MOE");
  });
});

describe("one model over file types, contexts and users", () => {
  const rows = searchModel(on("qwen3-8b", rig(12)), { contexts: [4096, 32_768], users: [1, 4] });

  test("a smaller file type never has less room, more users or context never more", () => {
    for (const [index, row] of rows.entries()) {
      expect(row.cells.map(({ context, users }) => [context, users])).toEqual([
        [4096, 1],
        [4096, 4],
        [32_768, 1],
        [32_768, 4],
      ]);
      const margins = row.cells.map(({ marginBytes }) => marginBytes);
      expect(margins).toEqual(margins.toSorted((a, b) => b - a));
      const larger = rows[index - 1];
      if (larger) {
        expect(row.fileBytes).toBeLessThan(larger.fileBytes);
        expect(row.cells[0]!.marginBytes).toBeGreaterThan(larger.cells[0]!.marginBytes);
        expect(row.longestContext!).toBeGreaterThanOrEqual(larger.longestContext ?? 0);
        expect(row.mostUsers!).toBeGreaterThanOrEqual(larger.mostUsers ?? 0);
      }
    }
    expect(rows[0]!.bitsPerWeight).toBeCloseTo(8.5, 1);
  });

  test("most users fit, and one more does not", () => {
    const outline = on("qwen3-8b", rig(12));
    const settings = wantedSettings(outline, 8192);
    const request = outline.exact("Q4_K_M");
    const users = mostUsers(request, { settings, context: 8192 })!;
    const at = (count: number) => weigh(request, { ...settings, sequences: count, context: 8192 * count }).now.verdict;
    expect(at(users)).not.toBe("does not fit");
    expect(at(users + 1)).toBe("does not fit");
  });
});

test("a smaller cache is asked as it would be typed: the room brings experts back, and the pace is of that", () => {
  const request = on("qwen3 30b a3b", rig(12), { context: 32_768 }).exact("Q4_K_M");
  const bandwidths = { ...request.rig, host: { ...request.rig.host, bandwidthBytesPerSec: 60e9 } };
  const devices = bandwidths.devices.map((device) => ({ ...device, bandwidthBytesPerSec: 500e9, flopsPerSec: 60e12 }));
  const asked = { ...request, rig: { ...bandwidths, devices } };
  const choice = choose(asked);
  const expertsOf = ({ settings }: typeof choice) => Number(settings.expertLayersOnHost);
  expect(expertsOf(choice)).toBeGreaterThan(0);
  const listed = alternatives(asked, choice).find(({ flags }) => flags === "--kv-type q8_0")!;
  const typed = choose({ ...asked, wishes: { ...asked.wishes, cacheType: "q8_0" } });
  expect(expertsOf(typed)).toBeLessThan(expertsOf(choice));
  expect(listed.change).toContain(`then the experts of ${expertsOf(typed)} layers on the CPU`);
  expect(listed.marginBytes).toBe(typed.now.marginBytes);
});

describe("a search over graphs without repetitions", () => {
  test.each([
    ["qwen3-8b", 12],
    ["qwen3-32b", 12],
    ["qwen3 30b a3b", 10],
    ["gemma 3 27b", 24],
  ])("%s on %i GiB: settings and limits are those of whole replays", (name, gib) => {
    const { about, ...whole } = on(name, rig(gib)).exact("Q4_K_M");
    const quick = { ...whole, about: about! };
    const choice = choose(whole);
    const chosen = choose(quick);
    expect(chosen.settings).toEqual(choice.settings);
    expect(chosen.memory).toEqual(choice.memory);
    expect(mostUsers(quick, choice)).toBe(mostUsers(whole, choice));
    expect(longestContext(quick, choice)).toBe(longestContext(whole, choice));
  });
});
