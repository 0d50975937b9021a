import type { LlamaCppBuild } from "./llamacpp-build.ts";
import { LLAMACPP_BUILDS } from "./llamacpp-builds.ts";

/** A program that came out of llama.cpp and went its own way. */
export interface LlamaCppFork {
  readonly id: string;
  /** how it calls itself */
  readonly names: RegExp;
  /** builds whose caches it has, where they agree with one, by day, oldest first; absent: nothing of it is predicted */
  readonly caches?: readonly LlamaCppBuild[];
  /** what is not predicted of it, and why */
  readonly because: string;
  readonly source: string;
}

/** Windows are cached at full length, and every sequence shares one cache; latent attention as its -mla says. */
const IK_2025_03: LlamaCppBuild = {
  ...LLAMACPP_BUILDS[0]!,
  id: "ik_llama.cpp",
  label: "ik_llama.cpp (caches alone)",
  since: "2025-03-01",
  number: 3590,
  source: "caches printed in 52 logs of March to November 2025; build numbers are its own",
};

/** b3899 of September 2025 still has cells for GLM's appended block, b3961 of November has none. */
const IK_2025_11: LlamaCppBuild = { ...IK_2025_03, since: "2025-11-01", number: 3961, cachesTrunkOnly: true };

/** By name, the first that matches. */
export const LLAMACPP_FORKS: readonly LlamaCppFork[] = [
  {
    id: "ik_llama.cpp",
    names: /^ik_llama/i,
    caches: [IK_2025_03, IK_2025_11],
    because:
      "ik_llama.cpp builds its own graphs (fused experts, -mla, -amb, -rtr): only its caches are those of llama.cpp",
    source: "caches and buffers in 52 published logs of 2025, ikawrakow/ik_llama.cpp",
  },
  {
    id: "ipex-llm",
    names: /ipex/i,
    because: "ipex-llm's llama.cpp has kernels and buffers of its own, of which no source is known here",
    source: "one published log of its flash-moe, 2025",
  },
  {
    id: "fork",
    names: /fork|flash-moe/i,
    because: "it is a fork: its caches and graphs are its own",
    source: "published logs that name forks with cache types of their own",
  },
];

export function forkOf(program: string): LlamaCppFork | undefined {
  return LLAMACPP_FORKS.find(({ names }) => names.test(program));
}

/** The caches a fork has at a build number of its own, or on a day ("2025-09-29"). */
export function forkCaches(
  { caches }: LlamaCppFork,
  said: { number?: number; day?: string },
): LlamaCppBuild | undefined {
  const { number, day } = said;
  // numbers of a copy without history start at one
  const numbered = number !== undefined && number >= (caches?.[0]?.number ?? Infinity);
  const held = caches?.findLast(({ since, number: from }) => (numbered ? from <= number : since <= (day ?? since)));
  return held ?? caches?.[0];
}
