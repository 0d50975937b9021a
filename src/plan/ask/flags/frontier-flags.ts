import type { SimulatedEngine } from "../../advise/index.ts";
import { parseCount } from "../../../facts/units/index.ts";
import type { Lengths, Target } from "../../../predict/serving/index.ts";
import { planFlags, type PlanFlags } from "./plan-flags.ts";
import { loadFlags } from "./load-flags.ts";
import type { RigFlags } from "./rig-flags.ts";

/** Users and steps are what is tried; the goal is one of the answers. */
export interface FrontierFlags extends Omit<PlanFlags, "goal" | "users" | "microBatch">, RigFlags {
  readonly quant?: string;
  readonly build?: string;
  readonly engine?: SimulatedEngine;
  readonly prompt?: Lengths;
  readonly output?: Lengths;
  readonly usersUpTo?: number;
  readonly measured?: readonly string[];
  readonly targets?: readonly Target[];
  readonly seed?: number;
  readonly chart?: string;
}

const { context, kvType, gpuLayers, cpuExperts, threads, models, json } = planFlags;
const { engine, prompt, output, targets, seed } = loadFlags;

export const frontierFlags = {
  engine,
  prompt,
  output,
  usersUpTo: {
    kind: "parsed",
    parse: (text: string) => parseCount(text, "--users-up-to", 1, 256),
    brief: "Most people at the same time; 16 without it",
    placeholder: "N",
    optional: true,
  },
  measured: {
    kind: "parsed",
    parse: String,
    brief: "A run of `loadout bench --json`, to stand beside",
    placeholder: "FILE",
    optional: true,
    variadic: true,
  },
  targets,
  chart: {
    kind: "parsed",
    parse: String,
    brief: "Write all points as a chart (SVG)",
    placeholder: "FILE",
    optional: true,
  },
  seed,
  context,
  kvType,
  gpuLayers,
  cpuExperts,
  threads,
  models,
  json,
} as const;
