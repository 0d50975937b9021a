import { LoadoutError } from "../../facts/errors/index.ts";
import type { LlamaCppSettings } from "../../facts/runtime/index.ts";
import type { Verified } from "../../plan/answer/index.ts";
import { embeddedDryRun } from "../../run/engine/index.ts";
import type { FitQuestion } from "../../plan/ask/question/index.ts";

/**
 * Sets the prediction against the engine's own dry run of the same file and settings. The dry run gives totals only, of model
 * and context, and leaves out the output buffer, so that is left out here too.
 */
export async function verify(question: FitQuestion, settings: LlamaCppSettings, modelPath?: string): Promise<Verified> {
  if (modelPath === undefined) {
    throw new LoadoutError("bad-quantity", {
      what: "fit --verify",
      expected: "a file at hand: the engine reads it",
      got: question.context.modelArgument,
      example: "loadout fit ./model.gguf --verify",
    });
  }
  const predicted = question.dryRun(settings);
  const { model, context } = await embeddedDryRun({ modelPath, backend: question.backend, settings });
  const dryRunBytes = model.ramBytes + model.deviceBytes + context.ramBytes + context.deviceBytes;
  const predictedBytes =
    predicted.kind === "rejected"
      ? 0
      : predicted.buffers.filter(({ term }) => term !== "output").reduce((total, { bytes }) => total + bytes, 0);
  return {
    predictedBytes,
    dryRunBytes,
    equal: predictedBytes === dryRunBytes,
    note: "the engine's dry run gives totals only: weights, caches and compute buffers together",
  };
}
