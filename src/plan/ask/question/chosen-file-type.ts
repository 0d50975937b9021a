import { LoadoutError } from "../../../facts/errors/index.ts";
import type { SearchSetup } from "../../search/index.ts";
import type { PlannedMachine } from "./machine.ts";
import { type PlanFlags, type Runtime, wishesOf } from "../flags/index.ts";
import type { Weights } from "../model/index.ts";

/**
 * The file type that suits the rig, where nobody named one; a model whose graph is not written down keeps the usual one. `room`:
 * tokens that a stated prompt and its answer take.
 */
export async function withChosenFileType(
  weights: Weights,
  { report: { rig }, closable }: PlannedMachine,
  flags: PlanFlags,
  { build, caller }: Runtime,
  room?: number,
): Promise<Weights> {
  const { inFileType, geometry, tensors } = weights;
  if (inFileType === undefined) return weights;
  const { chooseFileType, outlined } = await import("../../search/index.ts");
  const goal = flags.goal ?? "interactive";
  const setup: SearchSetup = {
    goal,
    wishes: { ...wishesOf(flags), ...(room === undefined ? {} : { room }) },
    rig,
    closable,
    build,
    caller,
  };
  try {
    const { fileType, because } = chooseFileType(outlined({ geometry, shapes: tensors }, setup));
    return inFileType(fileType, because);
  } catch (error) {
    if (error instanceof LoadoutError) return weights;
    throw error;
  }
}
