import { compareMemory } from "../../facts/runtime/index.ts";
import type { RateResidual, TermResidual } from "../../plan/answer/index.ts";
import type { EngineBuffer } from "../../predict/memory/index.ts";
import { decodePace, prefillPace, type Pace, type PaceInput } from "../../predict/speed/index.ts";
import type { Reply, StopReport } from "../../run/engine/index.ts";

/** Predicted buffers beside those the engine reported, term by term. */
export function compareBuffers(
  buffers: readonly EngineBuffer[],
  { memory }: Pick<StopReport, "memory">,
): TermResidual[] {
  const places = buffers.map(({ label, term, bytes }) => ({ label, terms: { [term]: bytes } }));
  return compareMemory(places, memory.log.terms)
    .filter(({ predictedBytes, actualBytes }) => (predictedBytes ?? 0) > 0 || (actualBytes ?? 0) > 0)
    .map(({ device, term, predictedBytes, actualBytes, residualBytes, printed, equal }) => ({
      place: device,
      term,
      predictedBytes: predictedBytes ?? 0,
      ...(actualBytes === undefined ? {} : { actualBytes, exact: equal }),
      ...(printed === undefined ? {} : { printedMiB: printed }),
      ...(residualBytes === undefined ? {} : { residualBytes }),
    }));
}

/** Tokens per second of prompt and reply, undefined where the reply has a single token. */
export function measuredRates(reply: Reply): { readonly prefill: number; readonly decode?: number } {
  const prefill = (reply.promptTokens / reply.prefillMs) * 1000;
  return reply.completionTokens > 1
    ? { prefill, decode: ((reply.completionTokens - 1) / reply.decodeMs) * 1000 }
    : { prefill };
}

/** Predicted paces of exactly this prompt and reply beside the measured ones. */
export function compareRates(input: PaceInput, reply: Reply): RateResidual[] {
  const { prefill, decode } = measuredRates(reply);
  const depth = reply.promptTokens + reply.completionTokens / 2;
  return [
    ...(decode === undefined ? [] : [residual("decode", decodePace(input, depth), decode)]),
    residual("prefill", prefillPace(input, reply.promptTokens), prefill),
  ];
}

function residual(what: RateResidual["what"], predicted: Pace | undefined, actual: number): RateResidual {
  if (!predicted) return { what, actual };
  const insideBand = actual >= predicted.low && actual <= predicted.high;
  return { what, actual, predicted, ratio: actual / predicted.tokensPerSec, insideBand };
}
