import type { RunAnswer } from "../../plan/answer/index.ts";
import { decodePace, prefillPace, type PaceInput } from "../../predict/speed/index.ts";
import type { EngineInfo } from "../../run/engine/index.ts";
import type { NewReceipt, ReceiptRate } from "../../run/receipt/index.ts";
import type { LlamaCppSettings } from "../../facts/runtime/index.ts";
import type { FitQuestion } from "../../plan/ask/question/index.ts";

/** A run as a receipt keeps it: the shown prediction, and the one without calibration that later calibrations start from. */
export function receiptOf(parts: {
  readonly machine: string;
  readonly run: Omit<RunAnswer, "next" | "receipt">;
  readonly question: FitQuestion;
  readonly engine: EngineInfo;
  readonly settings: LlamaCppSettings;
  /** the person named the number of threads */
  readonly threadsAsked: boolean;
  readonly pace: PaceInput;
}): NewReceipt {
  const { machine, run, question, engine, settings, threadsAsked, pace } = parts;
  const { calibration: _, ...uncalibrated } = pace;
  const depth = run.reply.promptTokens + run.reply.replyTokens / 2;
  const base = { decode: decodePace(uncalibrated, depth), prefill: prefillPace(uncalibrated, run.reply.promptTokens) };
  return {
    machine,
    engine: { name: question.runtime.engine, version: engine.version, build: engine.build, backend: question.backend },
    model: {
      name: run.fit.model.name,
      fileBytes: run.fit.model.fileBytes,
      architecture: run.fit.model.architecture,
      quantization: run.fit.model.quantization,
    },
    settings: { ...settings, threads: run.measured.threads, ...(threadsAsked ? { threadsAsked: true as const } : {}) },
    goal: run.fit.goal,
    memory: run.memory.map(({ place, term, predictedBytes, actualBytes, exact }) => ({
      path: `${place}/${term}`,
      place,
      term,
      predictedBytes,
      ...(actualBytes === undefined ? {} : { actualBytes }),
      ...(exact === undefined ? {} : { exact }),
    })),
    rates: run.rates.map(({ what, predicted, actual }): ReceiptRate => ({
      what,
      ...(base[what] ? { basePerSec: base[what].tokensPerSec } : {}),
      ...(predicted
        ? { predictedPerSec: predicted.tokensPerSec, lowPerSec: predicted.low, highPerSec: predicted.high }
        : {}),
      measuredPerSec: actual,
      tokens: what === "decode" ? run.reply.replyTokens - 1 : run.reply.promptTokens,
    })),
    times: {
      loadMs: run.measured.loadMs,
      firstTokenMs: run.measured.firstTokenMs,
      promptTokens: run.reply.promptTokens,
      replyTokens: run.reply.replyTokens,
    },
    ...(run.fit.memory ? { prediction: run.fit.memory } : {}),
  };
}
