import { EXIT, LoadoutError } from "../../../facts/errors/index.ts";
import { formatFileBytes, formatNumber } from "../../../facts/units/index.ts";
import { ANSWER_VERSION, answerFit, type RunAnswer } from "../../../plan/answer/index.ts";
import { shellWord } from "../../../plan/command/index.ts";
import { paceInput } from "../../../plan/fit/index.ts";
import { embeddedEngine, type Reply, type RunningEngine, type StopReport } from "../../../run/engine/index.ts";
import { bestWeightsAtHand } from "../at-hand.ts";
import { compareBuffers, compareRates, measuredRates } from "../compare.ts";
import { beforeOf } from "../before.ts";
import { guarded, type CliContext } from "../context.ts";
import { receiptOf } from "../keep.ts";
import { machineName, machineOf } from "../machine.ts";
import { openOrNote, withoutReceipts } from "../receipts-at-hand.ts";
import { fitText } from "../text/fit-text.ts";
import { progressFor } from "../text/progress.ts";
import { runText } from "../text/run-text.ts";
import { wordWrap } from "../text/word-wrap.ts";
import { weightsFor } from "../weights-for.ts";
import type { PlanFlags } from "../../../plan/ask/flags/index.ts";
import { fitQuestion, refuseEmbedder } from "../../../plan/ask/question/index.ts";

export interface StartFlags extends PlanFlags {
  readonly model?: string;
  readonly prompt?: string;
  readonly maxTokens?: number;
  readonly yes?: boolean;
}

/** Long enough to measure, short enough to wait for. */
const MAX_TOKENS = 160;
const PROMPT = "Explain in three sentences why the sky is blue.";

/** `loadout`: probe, plan, predict, start, reply, measure, compare, keep. */
export const start = guarded(async function (this: CliContext, flags: StartFlags) {
  const progress = progressFor(this);
  progress.update("probing this machine ...");
  const machine = await machineOf(this);
  progress.done();
  const receipts = await openOrNote(this, machine.folders.data);
  let engine: RunningEngine | undefined;
  try {
    const atHand = flags.model === undefined ? await bestWeightsAtHand(this, machine, flags, receipts) : undefined;
    const weights = atHand ?? (await weightsFor(this, flags, progress));
    refuseEmbedder(weights, "a chat");
    const question = fitQuestion({ machine, weights, flags, before: beforeOf(receipts, machine) });
    const { answer: fit, choice } = answerFit(question.request, question.context);
    if (!flags.json) this.out(fitText({ ...fit, next: [] }, this.outStyle).trimEnd());
    if (fit.verdict.now.verdict === "does not fit" || choice.prediction.kind === "rejected") {
      if (flags.json) this.out(JSON.stringify(fit, null, 2));
      return EXIT.no;
    }

    progress.update("starting the engine ...");
    const known = flags.threads ?? question.request.measuredThreads;
    engine = await embeddedEngine().start(
      {
        modelPath: weights.path,
        backend: question.backend,
        settings: choice.settings,
        ...(known === undefined ? {} : { threads: known }),
      },
      {
        signal: this.signal,
        onEvent: (event) => {
          if (event.kind !== "loading") return;
          progress.update(
            `loading weights: ${formatNumber(event.share * 100, 2)}% of ${formatFileBytes(weights.facts.fileBytes)}`,
          );
        },
      },
    );
    const threads = known ?? (await engine.measureThreads?.())?.threads ?? choice.threads;
    progress.done();

    const { reply, firstTokenAtMs } = await converse(this, engine, flags);
    const stopped: StopReport = await engine.stop();
    const pace = paceInput(question.request, { ...choice, threads });
    const rates = measuredRates(reply);
    const run: Omit<RunAnswer, "receipt" | "next"> = {
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
        prefillTokensPerSec: rates.prefill,
        ...(rates.decode === undefined ? {} : { decodeTokensPerSec: rates.decode }),
        threads,
      },
      memory: compareBuffers(choice.prediction.buffers, stopped),
      rates: compareRates(pace, reply),
    };
    const kept = receiptOf({
      machine: machineName(machine),
      run,
      question,
      engine: engine.info,
      settings: choice.settings,
      threadsAsked: flags.threads !== undefined,
      pace,
    });
    const id = receipts && withoutReceipts(this, () => receipts.add(kept));
    const answer: RunAnswer = {
      ...run,
      ...(receipts && id !== undefined ? { receipt: { id, database: receipts.path } } : {}),
      next: [
        ...(id === undefined ? [] : ["loadout receipts"]),
        `loadout explain ${shellWord(question.context.modelArgument)}`,
      ],
    };
    this.out(flags.json ? JSON.stringify(answer, null, 2) : `\n${runText(answer, this.outStyle)}`);
    return EXIT.ok;
  } finally {
    progress.done();
    await engine?.stop();
    receipts?.close();
  }
});

/** Streams the reply to the terminal as it comes; with --json it is only collected. */
async function converse(
  context: CliContext,
  engine: RunningEngine,
  flags: StartFlags,
): Promise<{ reply: Reply; firstTokenAtMs: number }> {
  const prompt = flags.prompt ?? PROMPT;
  const write = (text: string) => (flags.json ? undefined : context.process.stdout.write(text));
  // a model may write what a terminal would obey
  const tame = (text: string) => text.replaceAll("\r", "").replace(/[^\P{Cc}\n\t]/gu, "\ufffd");
  // piped text is left as the model wrote it
  const wrap = context.process.stdout.isTTY ? wordWrap("model  ".length) : undefined;
  const writeReply = (text: string) => write(wrap ? wrap.push(tame(text)) : tame(text));
  write(`\n${context.outStyle.strong("you")}    ${prompt}\n${context.outStyle.strong("model")}  `);
  let firstTokenAtMs = Number.NaN;
  let reply: Reply | undefined;
  const stream = engine.chat({
    prompt: engine.template === "own" ? [{ role: "user", content: prompt }] : prompt,
    maxTokens: flags.maxTokens ?? MAX_TOKENS,
    reusePrefix: false,
    signal: context.signal,
  });
  try {
    for await (const event of stream) {
      if (event.kind === "prefill") firstTokenAtMs = Date.now();
      else if (event.kind === "token") writeReply(event.text);
      else {
        writeReply(event.tail);
        reply = event.reply;
      }
    }
  } finally {
    write(`${wrap?.flush() ?? ""}\n`); // also before an error
  }
  if (context.signal.aborted || !reply) throw new LoadoutError("interrupted");
  return { reply, firstTokenAtMs };
}
