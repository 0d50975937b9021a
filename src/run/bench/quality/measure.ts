import { LoadoutError } from "../../../facts/errors/index.ts";
import type { Reply, RunningEngine, TokenScore } from "../../engine/index.ts";
import { passes } from "./checks.ts";
import { CANDIDATES, type Result, type TaskResult, type TextResult } from "./results.ts";
import type { QualityState } from "./state.ts";
import type { Passage, Probe, Suite, Task } from "./suite.ts";

export interface MeasureOptions {
  readonly suite: Suite;
  /** results so far; new ones are added as they come */
  readonly state: QualityState;
  readonly probes: readonly Probe[];
  /** tokens scored in all, dealt evenly over the passages */
  readonly positions: number;
  /** called only when something is left to do */
  readonly start: () => Promise<RunningEngine>;
  readonly onProgress?: (progress: QualityProgress) => void;
  readonly signal?: AbortSignal;
}

export interface QualityProgress {
  readonly what: "text" | Probe;
  /** parts of the work done, and in all: a passage counts as its tokens, a task as its longest reply */
  readonly done: number;
  readonly total: number;
}

export interface QualityRun {
  readonly texts: readonly TextResult[];
  readonly tasks: readonly TaskResult[];
  /** false: the file has no chat template, so nothing was asked of it */
  readonly asked: boolean;
}

/** Tokens scored in one call: small enough to stop soon, and always cut at the same places, so that results repeat. */
const STRIDE = 32;

/**
 * Measures what is not measured yet. Each result is kept at once, and each begins with an empty sequence, so a measurement that
 * was cut and goes on later gives exactly what an uncut one gives.
 */
export async function measureQuality(options: MeasureOptions): Promise<QualityRun> {
  const { suite, state, probes, positions, signal } = options;
  const perPassage = Math.max(1, Math.floor(positions / suite.passages.length));
  const tasks = suite.tasks.filter(({ kind }) => probes.includes(kind));
  const work = [
    ...suite.passages.map((passage) => ({ id: passage.id, what: "text" as const, size: perPassage, passage })),
    ...tasks.map((task) => ({ id: task.id, what: task.kind, size: task.maxTokens / 4, task })),
  ];
  let total = work.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  let asked = true;
  let engine: RunningEngine | undefined;
  try {
    for (const unit of work) {
      options.onProgress?.({ what: unit.what, done, total });
      const before = done;
      if (!state.results.has(unit.id)) {
        if (signal?.aborted) throw new LoadoutError("interrupted");
        engine ??= await options.start();
        // of a file without a template nothing will be asked
        if (engine.template === "none") total = suite.passages.length * perPassage;
        const onTokens = (tokens: number) =>
          options.onProgress?.({ what: unit.what, done: before + Math.min(tokens, unit.size), total });
        if ("passage" in unit) await state.add(await scorePassage(engine, unit.passage, perPassage, onTokens, signal));
        else if (engine.template === "own") await state.add(await ask(engine, unit.task, signal));
        else asked = false;
      }
      done += unit.size;
      if (!asked) break;
    }
  } finally {
    await engine?.stop();
  }
  options.onProgress?.({ what: "text", done: total, total });
  const results = work.map(({ id }) => state.results.get(id)).filter((result) => result !== undefined);
  return {
    texts: results.filter((result: Result) => result.kind === "text"),
    tasks: results.filter((result: Result) => result.kind === "task"),
    asked: asked && tasks.length > 0,
  };
}

async function scorePassage(
  engine: RunningEngine,
  { id, text }: Passage,
  most: number,
  onTokens: (tokens: number) => void,
  signal: AbortSignal | undefined,
): Promise<TextResult> {
  if (!engine.tokenize || !engine.score)
    throw new LoadoutError("quality-no-probabilities", { engine: engine.info.name });
  const tokens = (await engine.tokenize(text)).slice(0, most + 1);
  const scores: TokenScore[] = [];
  for (let from = 1; from < tokens.length; from += STRIDE) {
    if (signal?.aborted) throw new LoadoutError("interrupted");
    scores.push(...(await engine.score({ tokens, from, to: Math.min(from + STRIDE, tokens.length), top: CANDIDATES })));
    onTokens(scores.length);
  }
  return { kind: "text", id, tokens, scores };
}

async function ask(engine: RunningEngine, task: Task, signal: AbortSignal | undefined): Promise<TaskResult> {
  let reply: Reply | undefined;
  const stream = engine.chat({
    prompt: [{ role: "user", content: task.prompt }],
    maxTokens: task.maxTokens,
    // what a sequence holds from before changes the batches, and with them last digits
    reusePrefix: false,
    ...(signal ? { signal } : {}),
  });
  for await (const event of stream) if (event.kind === "end") reply = event.reply;
  if (signal?.aborted || !reply) throw new LoadoutError("interrupted");
  return {
    kind: "task",
    id: task.id,
    probe: task.kind,
    passed: passes(task.check, reply.text),
    reply: reply.text,
    cutShort: reply.finishReason === "length",
  };
}
