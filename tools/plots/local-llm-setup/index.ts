import type { Task } from "../plot.ts";
import { fits24gb } from "./fits.ts";
import { frontierPlot } from "./frontier.ts";
import { kvCache } from "./kv-cache.ts";
import { offloadPlot } from "./offload.ts";
import { vramBreakdown } from "./vram-breakdown.ts";

export const LOCAL_LLM_SETUP: Task = {
  name: "local_llm_setup",
  about: "the pictures of the guide to a local model: memory, cache, frontier, what fits 24 GB, offload",
  folder: "site/public/blog/2026-02-10-local-llm-setup",
  plots: {
    "vram-breakdown": vramBreakdown,
    "kv-cache-vs-context": kvCache,
    "throughput-latency-frontier": frontierPlot,
    "fits-24gb": fits24gb,
    offload: offloadPlot,
  },
};
