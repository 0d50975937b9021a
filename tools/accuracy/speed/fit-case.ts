import {
  type SpeedChip,
  chipOf,
  type Conditions,
  decodeTime,
  type Load,
  loadOf,
  type Lookup,
  prefillTime,
} from "../../../src/predict/speed/index.ts";
import { backendOf, deviceOf, isGuessed, isProcessor } from "./device.ts";
import { cacheType } from "./cache-type.ts";
import { modelOf } from "./model.ts";
import type { SpeedRow } from "./row.ts";
import { LOCALSCORE_DEPTH, LOCALSCORE_PROMPT, testKind } from "./test-name.ts";

/** A row that a single device answers whole: what the coefficients are fitted to. */
export interface FitCase {
  readonly row: SpeedRow;
  readonly kind: "decode" | "prefill";
  /** left out whole */
  readonly device: string;
  /** rows that share it say little that is new */
  readonly configuration: string;
  readonly chip: SpeedChip;
  readonly load: Load;
  readonly conditions: Conditions;
  readonly depth: number;
  readonly batch: number;
  readonly context: number;
  readonly width: number;
  readonly tokensPerSec: number;
}

/** Runs that their own notes call special. */
const SPECIAL =
  /raspberry|\bPi |eGPU|outlier|nkvo=1|not representative|hybrid|before PR|on CPU|CPU \(|larger than|does not fit|shared with|ik_llama|ik_|P550|fork|default power profile|RPC|abnormally|Windows 10|amdvlk|toolbox rocm6|nightlies|rtr=|fmoe/i;
/** Programs around or beside llama.cpp, whose rates are their own. */
const OTHER_PROGRAMS = /RPC|ds4|OpenCL|CPU|MLX|ktrans|BLAS|CANN|Hexagon|ollama|llama\.cpp Vulkan/;
/** Hosts on which LocalScore ran every card two to five times slower. */
const SLOW_HOSTS =
  /host (Ryzen 9 79|Ryzen 7 78|Ryzen 7 98|Ryzen 9 99|Ryzen 5 76|Ryzen 5 85|EPYC 9|Xeon Platinum 84|Xeon w5)/;
const LEAST_PROMPT = 128;
const LEAST_BATCH = 64;
const LEAST_DECODE_BATCH = 16;

/** The case a row is, or why it is none. */
export function fitCase(row: SpeedRow): FitCase | string {
  const test = testKind(row.test);
  if (!test) return "no prefill or decode rate";
  if (row.deviceCount !== 1) return "several devices";
  if (row.expertLayersOnCpu > 0 || (row.ngl !== undefined && row.ngl < 90)) return "layers on the host";
  if (row.streams > 1) return "several streams";
  if (row.powerLimitWatts !== undefined) return "a power limit";
  if (isProcessor(row.device) || row.device === "") return "no GPU";
  if (SPECIAL.test(row.notes)) return "its notes mark it as special";
  if (OTHER_PROGRAMS.test(row.backend)) return "another program or back end";
  const local = row.backend.includes("LocalScore");
  if (local && (row.device.includes("AMD") || SLOW_HOSTS.test(row.notes)))
    return "LocalScore on a host or card where it runs astray";
  if (!local && !/^(?:pp|tg)\d+(?: @ d\d+)?$/.test(row.test)) return "a test that does not say its tokens";
  const device = deviceOf(row);
  const chip = chipOf(device);
  if (!device || !chip || isGuessed(row)) return "the device has no bandwidth in the catalog";
  if (!local && backendOf(row) === undefined) return "the back end is not named";
  const model = modelOf(row);
  if (!model) return "the model is not known";
  if (row.sizeGiB === undefined && !model.known) return "neither the file's size nor its type is known";
  const tokens = test.tokens ?? LOCALSCORE_PROMPT;
  const batch = Math.min(test.tokens ?? 512, row.microBatch ?? 512, row.batch ?? 2048);
  if (test.kind === "prefill" && (tokens < LEAST_PROMPT || batch < LEAST_BATCH)) return "too short a prompt";
  if (test.kind === "decode" && row.microBatch !== undefined && row.microBatch < LEAST_DECODE_BATCH)
    return "too small a micro-batch";
  const { geometry } = model;
  return {
    row,
    kind: test.kind,
    device: row.device,
    configuration: `${row.device}|${row.model}|${row.quant}`,
    chip,
    load: loadOf(
      { geometry, cacheTypeK: cacheType(row.typeK), cacheTypeV: cacheType(row.typeV) },
      model.tensors,
      () => true,
    ),
    conditions: {
      flashAttention: row.flashAttention ?? false,
      ...(row.date !== undefined && { built: row.date.slice(0, 7) }),
      program: local ? "localscore" : "llama.cpp",
      windows: row.notes.includes("Windows"),
    },
    depth: local ? LOCALSCORE_DEPTH : row.depth + (test.kind === "decode" ? Math.floor(tokens / 2) : 0),
    batch,
    context: (local ? LOCALSCORE_DEPTH : row.depth) + tokens / 2,
    width: geometry.embeddingLength,
    tokensPerSec: row.tokensPerSec,
  };
}

/** Of LocalScore's runs the best of a card is kept: crowd data, whose slow runs are of other causes. */
export function fitCases(rows: readonly SpeedRow[]): {
  readonly cases: FitCase[];
  readonly dropped: Map<string, number>;
} {
  const cases: FitCase[] = [];
  const best = new Map<string, FitCase>();
  const dropped = new Map<string, number>();
  const drop = (reason: string) => dropped.set(reason, (dropped.get(reason) ?? 0) + 1);
  for (const row of rows) {
    const one = row.tokensPerSec > 0 ? fitCase(row) : "no rate";
    if (typeof one === "string") drop(one);
    else if (one.conditions.program === "llama.cpp") cases.push(one);
    else {
      const key = `${one.kind}|${one.device}`;
      const held = best.get(key);
      if (held) drop("LocalScore: not the card's best run");
      if (!held || held.tokensPerSec < one.tokensPerSec) best.set(key, one);
    }
  }
  return { cases: [...cases, ...best.values()], dropped };
}

/** Tokens per second by the model under some coefficients. */
export function predicted(one: FitCase, log: Lookup): number {
  if (one.kind === "decode") return 1 / decodeTime(one.load, one.chip, one.depth, one.conditions, log).total;
  return one.batch / prefillTime(one.load, one.chip, one, one.conditions, log).total;
}
