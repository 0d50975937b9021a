import type { Rig } from "../../facts/hardware/index.ts";
import { tensorList, type Geometry } from "../../facts/model/index.ts";
import { SERVER_SCHEMES, serverWeights } from "../../facts/recipe/index.ts";
import {
  chipsOf,
  kernelFor,
  RUNTIME_ROWS,
  type Chip,
  type Reason,
  type RuntimeId,
  type RuntimeRow,
} from "../../facts/runtime/index.ts";
import { TENSOR_TYPES } from "../../facts/weights/index.ts";
import { formatFileBytes } from "../../facts/units/index.ts";
import type { Goal } from "../fit/index.ts";
import { whyNot } from "./quants/runtimes.ts";
import { roomOf } from "./quants/room.ts";

/** What speaks for a program here, and what against it. */
export interface RuntimeAdvice {
  readonly runtime: RuntimeId;
  readonly title: string;
  readonly version: string;
  /** it has kernels here and can hold the model */
  readonly runs: boolean;
  /** one line: why it comes where it does */
  readonly because: string;
  /** stored types or schemes it has kernels for on every chip */
  readonly schemes: readonly string[];
  /** what it offers whatever the rig, and what it costs, with evidence */
  readonly strengths: readonly Reason[];
  readonly costs: readonly Reason[];
  readonly retired?: string;
}

/** Programs for a model on a rig, best for the goal first; those that do not run here are last, with the reason. */
export function runtimeAdvice(geometry: Geometry, rig: Rig, goal: Goal): RuntimeAdvice[] {
  const chips = chipsOf(rig);
  const advice = RUNTIME_ROWS.map((row): RuntimeAdvice & { readonly worth: number } => {
    const schemes = schemesOn(row, chips);
    const against = whyNot(row, chips, geometry) ?? noKernels(row, schemes) ?? doesNotFit(row, schemes, geometry, rig);
    const { id, title, version, strengths, costs, retired } = row;
    return {
      runtime: id,
      title,
      version,
      runs: against === undefined,
      because: against ?? reason(row, goal),
      schemes,
      strengths,
      costs,
      ...(retired === undefined ? {} : { retired }),
      worth: worth(row, goal) + (against === undefined ? 0 : 100) + (retired === undefined ? 0 : 50),
    };
  });
  return advice.toSorted((a, b) => a.worth - b.worth).map(({ worth: _, ...each }) => each);
}

/** What it can multiply on every chip: ids of server schemes, or types of GGUF. */
function schemesOn({ id, formats }: RuntimeRow, chips: readonly Chip[]): string[] {
  const all = formats.includes("gguf") ? [...TENSOR_TYPES.keys()] : SERVER_SCHEMES.map((scheme) => scheme.id);
  return all.filter((stored) => chips.every((chip) => kernelFor(id, stored, chip) !== undefined));
}

function noKernels({ title }: RuntimeRow, schemes: readonly string[]): string | undefined {
  return schemes.length === 0 ? `no kernel of ${title} is known for this chip` : undefined;
}

/** Programs that offload nothing have to hold the smallest of their schemes whole. */
function doesNotFit(
  { offloads, title }: RuntimeRow,
  schemes: readonly string[],
  geometry: Geometry,
  rig: Rig,
): string | undefined {
  const shapes = tensorList(geometry);
  if (offloads || shapes === undefined) return undefined;
  const sizes = SERVER_SCHEMES.filter(
    ({ id, onlyFor }) => schemes.includes(id) && (onlyFor?.architectures.includes(geometry.architecture) ?? true),
  );
  const least = Math.min(...sizes.map((scheme) => serverWeights(shapes, scheme).bytes));
  if (least < roomOf(rig)) return undefined;
  return `its smallest weights here are ${formatFileBytes(least)}, more than the memory, and ${title} leaves nothing on the CPU`;
}

const MANY: readonly Goal[] = ["batch", "mixed"];

/** One person: what starts at once, fills the card and may leave layers on the CPU. Many: what gains with every further user. */
const ORDER: Readonly<Record<"one" | "many", readonly RuntimeId[]>> = {
  one: ["llama.cpp", "mlx", "exllama", "ollama", "vllm", "sglang", "tgi"],
  many: ["vllm", "sglang", "exllama", "tgi", "llama.cpp", "mlx", "ollama"],
};

/** Smaller is better. */
function worth({ id }: RuntimeRow, goal: Goal): number {
  return ORDER[MANY.includes(goal) ? "many" : "one"].indexOf(id);
}

function reason({ batching, strengths }: RuntimeRow, goal: Goal): string {
  const many = MANY.includes(goal);
  if (many && batching === "slots") return "runs here, with a slot for each user";
  return strengths[0]?.says ?? "runs here";
}
