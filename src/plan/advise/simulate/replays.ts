import {
  calibrate,
  type CalibratedTimes,
  compareRuns,
  type Comparison,
  type EngineSettings,
  type RequestRecord,
  replayWorkload,
  simulate,
  type StepTimes,
} from "../../../predict/serving/index.ts";

/** A measured run that is asked of the simulator once more. */
export interface MeasuredRun {
  readonly name: string;
  readonly loop: "open" | "closed";
  readonly records: readonly RequestRecord[];
}

export interface Replay {
  readonly name: string;
  readonly requests: number;
  /** by times that know nothing of these runs */
  readonly predicted: Comparison;
  /** by times learned from the other runs; where there is one only, from itself, which says less */
  readonly calibrated?: Comparison;
}

export interface Replays {
  readonly runs: readonly Replay[];
  /** of all runs together: what to predict with from now on */
  readonly calibration?: CalibratedTimes;
  readonly learnedFrom: "the other runs" | "the same run";
}

/** Observe, replay, calibrate: how far the simulator lies from each run, before and after it learned from others. */
export function replays(runs: readonly MeasuredRun[], engine: EngineSettings, times: StepTimes): Replays {
  const alone = runs.length === 1;
  const probes = runs.map(({ records }) => ({ records, engine }));
  const calibration = calibrate(probes);
  return {
    runs: runs.map((run, at) => {
      const learned = alone ? calibration : calibrate(probes.filter((_, other) => other !== at));
      return {
        name: run.name,
        requests: run.records.length,
        predicted: compared(run, engine, times, 0),
        ...(learned ? { calibrated: compared(run, engine, learned.wavering, learned.requestMs) } : {}),
      };
    }),
    ...(calibration ? { calibration } : {}),
    learnedFrom: alone ? "the same run" : "the other runs",
  };
}

function compared(run: MeasuredRun, engine: EngineSettings, times: StepTimes, requestMs: number): Comparison {
  const workload = replayWorkload(run.records, run.loop);
  const again = simulate({ workload, engine, times, requestMs, seed: 1 });
  return compareRuns(run.records, again.records, run.loop);
}
