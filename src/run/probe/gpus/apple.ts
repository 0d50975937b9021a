import { leastLimitBytes } from "../../../facts/hardware/index.ts";
import { wholeNumber } from "../parsers/cells.ts";
import type { SeenGpu } from "../parsers/seen.ts";
import { readSysctl } from "../parsers/sysctl.ts";
import { readSystemProfilerJson, type MacProfile } from "../parsers/system-profiler-json.ts";
import { readSystemProfilerText } from "../parsers/system-profiler-text.ts";
import type { Tools } from "../tools.ts";
import type { Finds } from "./finds.ts";

/** system_profiler takes a second, and its answer lasts until the next boot. */
const PROFILER_TIMEOUT_MS = 10_000;

/**
 * A Mac's GPUs. Apple's share the host's memory; macOS lets them wire a part of it, which `iogpu.wired_limit_mb` overrides
 * (0 = the system decides) and which the engine prints as its working set.
 */
export async function findApple(tools: Tools, ramBytes: number): Promise<Finds> {
  const [profile, limitText] = await Promise.all([readProfile(tools), tools.ask("sysctl", ["iogpu.wired_limit_mb"])]);
  const megabytes = wholeNumber(readSysctl(limitText ?? "").get("iogpu.wired_limit_mb"));
  const set = megabytes === undefined || megabytes === 0 ? undefined : megabytes * 2 ** 20;
  const gpus = profile.gpus.map((gpu): SeenGpu =>
    gpu.vendor === "apple"
      ? { ...gpu, totalBytes: Math.min(set ?? leastLimitBytes("apple", { os: "darwin", ramBytes }), ramBytes) }
      : gpu,
  );
  const estimated = set === undefined && gpus.some((gpu) => gpu.vendor === "apple");
  return {
    gpus,
    processes: [],
    notes: estimated ? ["the GPU's share of memory is macOS's usual one; the engine's figure replaces it"] : [],
  };
}

async function readProfile(tools: Tools): Promise<MacProfile> {
  const ask = { fixed: true, timeoutMs: PROFILER_TIMEOUT_MS };
  const json = readSystemProfilerJson((await tools.ask("system_profiler", ["SPDisplaysDataType", "-json"], ask)) ?? "");
  if (json.gpus.length > 0) return json;
  return readSystemProfilerText((await tools.ask("system_profiler", ["SPDisplaysDataType"], ask)) ?? "");
}
