import type { EngineSettings, RequestRecord } from "../../src/predict/serving/index.ts";
import type { Asked, MeasuredRun } from "./run.ts";

/** One line of a saved set: a run, with all that is needed to score it again. No names, no paths. */
export interface SavedRun {
  readonly engine: string;
  readonly about: string;
  readonly settings: EngineSettings;
  readonly templateTokens: number;
  readonly repeat: number;
  readonly what: "probe" | "point";
  readonly asked: Asked;
  readonly idleShare?: number;
  /** id, scheduled, sent, prompt, output and outcome, then when tokens came: the first, and by how much later each next; 10 us each */
  readonly requests: readonly (readonly [SavedHead, readonly number[]])[];
}
type SavedHead = readonly [
  id: number,
  scheduled: number,
  sent: number,
  prompt: number,
  output: number,
  ok: 0 | 1,
  end: number,
];

const UNIT = 100;

export function savedRun(run: MeasuredRun, facts: Omit<SavedRun, "asked" | "idleShare" | "requests">): SavedRun {
  const { asked, idleShare, records } = run;
  return {
    ...facts,
    asked,
    ...(idleShare === undefined ? {} : { idleShare: Math.round(idleShare * 1000) / 1000 }),
    requests: records.map((record) => {
      const units = (ms: number) => Math.round(ms * UNIT);
      const times = Array.from(record.tokenMs, units);
      const { id, scheduledMs, sentMs, promptTokens, outputTokens, outcome, endMs } = record;
      return [
        [id, units(scheduledMs), units(sentMs), promptTokens, outputTokens, outcome === "ok" ? 1 : 0, units(endMs)],
        times.map((time, at) => time - (times[at - 1] ?? 0)),
      ];
    }),
  };
}

export function measuredRun({ asked, idleShare, requests }: SavedRun): MeasuredRun {
  return {
    asked,
    ...(idleShare === undefined ? {} : { idleShare }),
    records: requests.map(([[id, scheduled, sent, promptTokens, outputTokens, ok, end], steps]): RequestRecord => {
      let units = 0;
      const tokenMs = Float64Array.from(steps, (step) => (units += step) / UNIT);
      const [firstMs] = tokenMs;
      return {
        id,
        scheduledMs: scheduled / UNIT,
        sentMs: sent / UNIT,
        ...(firstMs === undefined ? {} : { firstMs, firstEventMs: firstMs }),
        tokenMs,
        endMs: end / UNIT,
        promptTokens,
        outputTokens,
        outcome: ok === 1 ? "ok" : "unfinished",
      };
    }),
  };
}
