import type { TypedFlags } from "../../answer/index.ts";
import { formatTokens } from "../../../facts/units/index.ts";
import type { DraftFlags } from "./draft-flags.ts";
import type { PlanFlags, RuntimeFlags } from "./plan-flags.ts";
import type { DiskRate } from "./wanted-flags.ts";

interface AskedFlags extends PlanFlags, RuntimeFlags, DraftFlags {
  readonly prompt?: string;
  readonly answer?: number;
  readonly cached?: number;
  readonly disk?: DiskRate;
}

/** What was asked, as it is typed, but for the model and the rig: the next commands ask the same. */
export function typedFlags(flags: AskedFlags): TypedFlags {
  const tokens = (count: number | undefined) => (count === undefined ? undefined : formatTokens(count));
  const share = (part: number | undefined) => (part === undefined ? undefined : `${Number((part * 100).toFixed(6))}%`);
  return [
    ["--goal", flags.goal],
    ["--context", tokens(flags.context)],
    ["--users", flags.users],
    ["--micro-batch", flags.microBatch],
    ["--kv-type", flags.kvType],
    ["--gpu-layers", flags.gpuLayers],
    ["--cpu-experts", flags.cpuExperts],
    ["--threads", flags.threads],
    ["--prompt", flags.prompt],
    ["--answer", tokens(flags.answer)],
    ["--cached", share(flags.cached)],
    ["--disk", flags.disk?.typed],
    ["--draft", flags.draft],
    ["--draft-tokens", flags.draftTokens],
    ["--acceptance", flags.acceptance],
    ["--runtime", flags.runtime],
    ["--runtime-version", flags.runtimeVersion],
    ["--build", flags.build],
    ["--server-args", flags.serverArgs],
  ].flatMap(([flag, value]) =>
    flag === undefined || value === undefined ? [] : [[String(flag), String(value)] as const],
  );
}
