import type { Calibration } from "../../predict/speed/index.ts";
import { calibrationOf, type MachineCalibration } from "./calibration.ts";

/** A calibration as it is shown: what was measured, and what it makes of predictions. */
export interface StoredCalibration extends MachineCalibration {
  /** false: a newer one of the same file, engine and back end on the same machine took its place */
  readonly inUse: boolean;
  /** the factors it gives by itself, without the runs that came after it; absent where nothing could be predicted */
  readonly learned?: Calibration;
}

/** `newestFirst`: all of them, of any machine. */
export function storedCalibrations(newestFirst: readonly MachineCalibration[]): StoredCalibration[] {
  const seen = new Set<string>();
  return newestFirst.map((calibration) => {
    const { machine, engine, backend, model } = calibration;
    const key = JSON.stringify([machine, engine, backend, model.name, model.fileBytes]);
    const inUse = !seen.has(key);
    seen.add(key);
    const learned = calibrationOf([calibration], [], model);
    return { ...calibration, inUse, ...(learned ? { learned } : {}) };
  });
}
