import type { LlamaCppSettings } from "../../../facts/runtime/index.ts";
import { decodePace, eachUsersPace, prefillPace, type Pace, type PaceInput } from "../../../predict/speed/index.ts";
import { coresToUse, good, paceInput, weigh, type FitRequest, type VerdictWord } from "../../fit/index.ts";
import type { Offload } from "./offload.ts";

/** A model as it lies on a rig, and how fast it is there. */
export interface Placed {
  readonly settings: LlamaCppSettings;
  readonly verdict: VerdictWord;
  /** smallest margin of any place, bytes */
  readonly marginBytes: number;
  /** what is left on the CPU; absent: nothing */
  readonly onCpu?: Pick<Offload, "kind" | "count">;
  /** one user alone, empty context; absent where a bandwidth is not known */
  readonly decode?: Pace;
  /** each user while all decode with full contexts */
  readonly each?: Pace;
  /** a prompt of {@link PROMPT_TOKENS} */
  readonly prefill?: Pace;
}

export const PROMPT_TOKENS = 2048;

/** Weighed whole. */
export function placed(request: FitRequest, settings: LlamaCppSettings, offload?: Offload): Placed {
  const { now } = weigh(request, settings);
  return {
    settings,
    verdict: now.verdict,
    marginBytes: now.marginBytes,
    ...left(offload),
    ...(good(now.verdict) ? paces(request, settings) : {}),
  };
}

/** Held for fitting, without weighing it: for what is only put in order. */
export function placedAbout(request: FitRequest, offload: Offload): Placed {
  const { settings } = offload;
  const decode = decodePace(inputOf(request, settings), 0);
  return { settings, verdict: "tight", marginBytes: 0, ...left(offload), ...(decode ? { decode } : {}) };
}

function left(offload: Offload | undefined): Pick<Placed, "onCpu"> {
  return offload === undefined ? {} : { onCpu: { kind: offload.kind, count: offload.count } };
}

function inputOf(request: FitRequest, settings: LlamaCppSettings): PaceInput {
  return paceInput(request, { settings, threads: coresToUse(request.rig.host.cpu) });
}

function paces(request: FitRequest, settings: LlamaCppSettings): Pick<Placed, "decode" | "each"> {
  const input = inputOf(request, settings);
  const decode = decodePace(input, 0);
  if (decode === undefined) return {};
  const each = eachUsersPace(input, settings.sequences, ofOne(settings));
  return { decode, ...(each ? { each } : {}) };
}

/** With the pace of a prompt: for what is shown. */
export function withPrefill(request: FitRequest, row: Placed): Placed {
  if (row.decode === undefined) return row;
  const tokens = Math.min(PROMPT_TOKENS, ofOne(row.settings));
  const prefill = prefillPace(inputOf(request, row.settings), tokens);
  return { ...row, ...(prefill ? { prefill } : {}) };
}

/** Context of one user, tokens. */
function ofOne({ context, sequences }: LlamaCppSettings): number {
  return Math.floor(context / sequences);
}
