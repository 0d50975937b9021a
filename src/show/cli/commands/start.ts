import { EXIT, LoadoutError } from "../../../facts/errors/index.ts";
import { compareMemory } from "../../../facts/runtime/index.ts";
import { formatDuration, formatFileBytes, formatNumber } from "../../../facts/units/index.ts";
import {
  ANSWER_VERSION,
  answerFit,
  type RateResidual,
  type RunAnswer,
  type TermResidual,
} from "../../../plan/answer/index.ts";
import { decodePace, prefillPace, type Pace } from "../../../predict/speed/index.ts";
import { paceInput } from "../../../plan/answer/index.ts";
import { embeddedEngine, type Reply, type RunningEngine, type StopReport } from "../../../run/engine/index.ts";
import { guarded, type CliContext } from "../context.ts";
import type { PlanFlags } from "../flags.ts";
import { machineOf } from "../machine.ts";
import { openLedger } from "../ledger.ts";
import { fitQuestion } from "../question.ts";
import { fitText } from "../text/fit-text.ts";
import { progressFor } from "../text/progress.ts";
import { runText } from "../text/run-text.ts";
import { weightsFor } from "../weights-for.ts";

export interface StartFlags extends PlanFlags {
  readonly model?: string;
  readonly prompt?: string;
  readonly maxTokens: number;
  readonly yes?: boolean;
}

const PROMPT = "What is the capital of France? Answer in one sentence.";

/** `loadout`: probe, plan, predict, start, reply, measure, compare, keep. */
export const start = guarded(async function (this: CliContext, flags: StartFlags) {
  const progress = progressFor(this);
  if (!Number.isInteger(flags.maxTokens) || flags.maxTokens < 1) {
    throw new LoadoutError("bad-quantity", {
      what: "--max-tokens",
      expected: "a whole number of at least 1",
      got: flags.maxTokens,
      example: "128",
    });
  }
  progress.update("probing this machine ...");
  const machine = await machineOf(this);
  progress.done();
  const weights = await weightsFor(this, machine, flags, progress);
  const ledger = openLedger(machine);
  const question = await fitQuestion({ machine, weights, flags, ledger });
  const { answer: fit, choice } = answerFit(question.request, question.context);
  if (!flags.json) this.out(fitText({ ...fit, next: [] }, this.outStyle).trimEnd());
  if (fit.verdict.now.verdict === "does not fit") {
    if (flags.json) this.out(JSON.stringify(fit, null, 2));
    return EXIT.no;
  }

  progress.update("starting the engine ...");
  const engine = await embeddedEngine().start(
    { modelPath: weights.path, backend: question.backend, settings: choice.settings, threads: choice.threads },
    {
      signal: this.signal,
      onEvent: (event) => {
        if (event.kind === "loading")
          progress.update(
            `loading weights: ${formatNumber(event.share * 100, 2)}% of ${formatFileBytes(weights.facts.fileBytes)}`,
          );
      },
    },
  );
  let stopped: StopReport | undefined;
  try {
    const threads =
      flags.threads ?? question.request.measuredThreads ?? (await measuredThreads(engine, choice.threads));
    progress.done();
    const { reply, firstTokenAtMs } = await converse(this, engine, flags, Date.now);
    stopped = await engine.stop();
    const input = paceInput(question.request, { ...choice, threads });
    const depth = reply.promptTokens + reply.completionTokens / 2;
    const rates = rateResiduals(decodePace(input, depth), prefillPace(input, reply.promptTokens), reply);
    const memory = choice.prediction.kind === "rejected" ? [] : memoryResiduals(choice.prediction.places, stopped);
    const base = {
      schema: ANSWER_VERSION,
      kind: "run",
      fit,
      reply: {
        prompt: flags.prompt ?? PROMPT,
        text: reply.text,
        promptTokens: reply.promptTokens,
        replyTokens: reply.completionTokens,
        finishReason: reply.finishReason,
      },
      measured: {
        loadMs: engine.loadTimes.totalMs,
        firstTokenMs: reply.ttftMs,
        startToFirstTokenMs: firstTokenAtMs - this.startedAtMs,
        prefillTokensPerSec: (reply.promptTokens / reply.prefillMs) * 1000,
        ...(reply.completionTokens > 1
          ? { decodeTokensPerSec: ((reply.completionTokens - 1) / reply.decodeMs) * 1000 }
          : {}),
        threads,
      },
      memory,
      rates,
    } as const satisfies Omit<RunAnswer, "next">;
    const receipt = ledger.keep(base, question, engine.info, new Date());
    const answer: RunAnswer = {
      ...base,
      ...(receipt ? { receipt } : {}),
      next: ["loadout receipts", `loadout explain ${question.context.modelArgument}`],
    };
    this.out(flags.json ? JSON.stringify(answer, null, 2) : `\n${runText(answer, this.outStyle)}`);
    return EXIT.ok;
  } finally {
    if (!stopped) await engine.stop();
    ledger.close();
    progress.done();
  }
});

/** Streams the reply to the terminal as it comes; with --json it is only collected. */
async function converse(context: CliContext, engine: RunningEngine, flags: StartFlags, now: () => number) {
  const prompt = flags.prompt ?? PROMPT;
  let firstTokenAtMs: number | undefined;
  let reply: Reply | undefined;
  const { stdout } = context.process;
  if (!flags.json)
    stdout.write(`\n${context.outStyle.strong("you")}  ${prompt}\n${context.outStyle.strong("model")}  `);
  const request = {
    prompt: engine.template === "own" ? [{ role: "user" as const, content: prompt }] : prompt,
    maxTokens: flags.maxTokens,
  };
  for await (const event of engine.chat({ ...request, reusePrefix: false, signal: context.signal })) {
    if (event.kind === "prefill") firstTokenAtMs ??= now();
    if (event.kind === "token" && !flags.json) stdout.write(event.text);
    if (event.kind === "end") reply = event.reply;
  }
  if (!flags.json) stdout.write("\n");
  if (context.signal.aborted || !reply) throw new LoadoutError("interrupted");
  return { reply, firstTokenAtMs: firstTokenAtMs ?? now() };
}

async function measuredThreads(engine: RunningEngine, fallback: number): Promise<number> {
  const measurement = await engine.measureThreads?.();
  return measurement?.threads ?? fallback;
}

function rateResiduals(decode: Pace | undefined, prefill: Pace | undefined, reply: Reply): RateResidual[] {
  const residual = (what: RateResidual["what"], predicted: Pace | undefined, actual: number): RateResidual => ({
    what,
    actual,
    ...(predicted
      ? {
          predicted,
          ratio: actual / predicted.tokensPerSec,
          insideBand: actual >= predicted.low && actual <= predicted.high,
        }
      : {}),
  });
  const rates = [residual("prefill", prefill, (reply.promptTokens / reply.prefillMs) * 1000)];
  if (reply.completionTokens > 1)
    rates.unshift(residual("decode", decode, ((reply.completionTokens - 1) / reply.decodeMs) * 1000));
  return rates;
}

function memoryResiduals(places: Parameters<typeof compareMemory>[0], { memory }: StopReport): TermResidual[] {
  return compareMemory(places, memory.log.terms)
    .filter(({ predictedBytes, actualBytes }) => (predictedBytes ?? 0) > 0 || (actualBytes ?? 0) > 0)
    .map(({ device, term, predictedBytes, actualBytes, residualBytes, equal }) => ({
      place: device,
      term,
      predictedBytes: predictedBytes ?? 0,
      ...(actualBytes === undefined ? {} : { actualBytes, exact: equal }),
      ...(residualBytes === undefined ? {} : { residualBytes }),
    }));
}
