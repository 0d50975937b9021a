import { join } from "node:path";
import { EXIT, LoadoutError } from "../../../facts/errors/index.ts";
import { formatDuration, formatFileBytes, formatPercent } from "../../../facts/units/index.ts";
import {
  ANSWER_VERSION,
  answerFit,
  saysAlone,
  saysCompared,
  type FitAnswer,
  type MeasuredFile,
  type QualityAnswer,
} from "../../../plan/answer/index.ts";
import { shellWord } from "../../../plan/command/index.ts";
import type { QualityProgress, QualityRun, Suite } from "../../../run/bench/index.ts";
import { beforeOf } from "../before.ts";
import { guarded, type CliContext } from "../context.ts";
import { machineOf, type Machine } from "../machine.ts";
import { weightsToLoad } from "../model/fetched.ts";
import { openKnownReceipts } from "../receipts-at-hand.ts";
import { fitText } from "../text/fit-text.ts";
import { progressFor, type Progress } from "../text/progress.ts";
import { qualityText } from "../text/quality-text.ts";
import type { WeightsHere } from "../../../plan/ask/model/index.ts";
import { fitQuestion } from "../../../plan/ask/question/index.ts";

export interface QualityFlags {
  readonly against?: string;
  readonly tokens?: number;
  readonly text?: boolean;
  readonly fresh?: boolean;
  readonly threads?: number;
  readonly models?: readonly string[];
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Enough for intervals of a few percent; a minute or so on a CPU with a small model. */
const TOKENS = 1500;
/** Longest prompt and reply of the tasks, with room. */
const CONTEXT = 1024;
/** A KV cache in 16 bits: what is measured is the weights. */
const PLAN = { context: CONTEXT, users: 1, microBatch: 128, kvType: "f16" } as const;

/** `loadout quality FILE [--against FILE]` */
export const quality = guarded(async function (this: CliContext, flags: QualityFlags, typed?: string) {
  if (typed === undefined) {
    const example = "loadout quality ./model-Q4_K_M.gguf --against ./model-Q8_0.gguf";
    throw new LoadoutError("bad-quantity", { what: "quality", expected: "a file to measure", got: "", example });
  }
  const progress = progressFor(this);
  const { readSuite } = await import("../../../run/bench/index.ts");
  const suite = await readSuite();
  const machine = await machineOf(this);
  const weights = await weightsToLoad(this, typed, flags, progress);
  const reference = flags.against === undefined ? undefined : await weightsToLoad(this, flags.against, flags, progress);
  if (reference) refuseOtherModel(weights, reference);

  // the reference first: it is the one that later comparisons use again
  const against = reference && (await measured(this, { machine, weights: reference, flags, suite, progress }));
  const file = await measured(this, { machine, weights, flags, suite, progress });
  const no = against?.no ?? file.no;
  if (no || !file.done || (reference && !against?.done)) {
    this.out(flags.json ? JSON.stringify(no, null, 2) : no ? fitText(no, this.outStyle) : "");
    return EXIT.no;
  }
  const { compareRuns } = await import("../../../run/bench/index.ts");
  const comparison = against?.done && compareRuns(file.done.run, against.done.run, suite);
  if (against && !comparison)
    throw notComparable(weights, reference, "the same text becomes other tokens, so nothing pairs");
  const answer: QualityAnswer = {
    schema: ANSWER_VERSION,
    kind: "quality",
    file: file.done.file,
    ...(against?.done ? { against: against.done.file } : {}),
    ...(comparison ? { comparison } : {}),
    suite: suite.version,
    runtime: file.done.runtime,
    says: comparison ? saysCompared(comparison) : saysAlone(file.done.file.figures),
    next: comparison
      ? [`loadout fit ${shellWord(weights.argument)}`]
      : [`loadout quality ${shellWord(weights.argument)} --against OTHER.gguf`],
  };
  this.out(flags.json ? JSON.stringify(answer, null, 2) : qualityText(answer, this.outStyle));
  return EXIT.ok;
});

interface Done {
  readonly file: MeasuredFile;
  readonly run: QualityRun;
  readonly runtime: QualityAnswer["runtime"];
}

/** Measures one file with settings that fit it here; `no`: it does not fit. */
async function measured(
  context: CliContext,
  parts: {
    readonly machine: Machine;
    readonly weights: WeightsHere;
    readonly flags: QualityFlags;
    readonly suite: Suite;
    readonly progress: Progress;
  },
): Promise<{ readonly done?: Done; readonly no?: FitAnswer }> {
  const { machine, weights, flags, suite, progress } = parts;
  const receipts = await openKnownReceipts(context, machine.folders.data);
  const plan = { ...PLAN, ...(flags.threads === undefined ? {} : { threads: flags.threads }) };
  const question = fitQuestion({ machine, weights, flags: plan, before: beforeOf(receipts, machine) });
  receipts?.close();
  const { answer: fit, choice } = answerFit(question.request, question.context);
  if (fit.verdict.now.verdict === "does not fit" || choice.prediction.kind === "rejected") return { no: fit };

  const { figuresOf, fingerprint, measureQuality, openState, PROBES } = await import("../../../run/bench/index.ts");
  const { engine, version, build, backend } = question.runtime;
  const positions = flags.tokens ?? TOKENS;
  const name = `${weights.facts.name} ${weights.facts.quantization}`;
  const state = await openState(
    join(machine.folders.data, "quality"),
    name,
    {
      fingerprint: await fingerprint(weights.path),
      suite: suite.version,
      engine: `${engine} ${version}, ${build}, ${backend}`,
      settings: `context ${choice.settings.context}, layers on devices ${choice.settings.gpuLayers}`,
      positions,
    },
    flags.fresh,
  );
  const keptBefore = state.results.size;
  const known = flags.threads ?? question.request.measuredThreads;
  const show = progressOf(name, progress);
  let started = false;
  try {
    const run = await measureQuality({
      suite,
      state,
      probes: flags.text ? [] : PROBES,
      positions,
      signal: context.signal,
      onProgress: show,
      start: async () => {
        started = true;
        const { embeddedEngine } = await import("../../../run/engine/index.ts");
        progress.update(`loading ${name}, ${formatFileBytes(weights.facts.fileBytes)} ...`);
        const running = await embeddedEngine().start(
          {
            modelPath: weights.path,
            backend: question.backend,
            settings: choice.settings,
            ...(known === undefined ? {} : { threads: known }),
          },
          { signal: context.signal },
        );
        if (known === undefined) await running.measureThreads?.();
        return running;
      },
    });
    const file = { model: weights.facts, figures: figuresOf(run, suite), stored: state.path, fromStore: !started };
    return { done: { file, run, runtime: question.runtime } };
  } finally {
    progress.done();
    if (context.signal.aborted)
      context.note(
        context.noteStyle.faint(
          `${state.results.size} results are kept, ${state.results.size - keptBefore} of them new: the same command goes on from there`,
        ),
      );
  }
}

/** "SmolLM2 Q4_0: text, 23%, 40 s left"; what is left is told from what this run itself has done. */
function progressOf(name: string, progress: Progress): (at: QualityProgress) => void {
  let first: { readonly ms: number; readonly done: number } | undefined;
  return ({ what, done, total }) => {
    const ms = performance.now();
    first ??= { ms, done };
    const left = ((ms - first.ms) / (done - first.done)) * (total - done);
    const time = done > first.done && ms - first.ms > 2000 ? `, ${formatDuration(left)} left` : "";
    progress.update(`${name}: ${what}, ${formatPercent(Math.round((done / total) * 100) / 100)}${time}`);
  };
}

function refuseOtherModel(file: WeightsHere, reference: WeightsHere): void {
  const [a, b] = [file.geometry, reference.geometry];
  const pairs: (readonly [what: string, file: string | number, reference: string | number])[] = [
    ["architecture", a.architecture, b.architecture],
    ["layers", a.layers.length, b.layers.length],
    ["width", a.embeddingLength, b.embeddingLength],
    ["vocabulary", a.vocabularySize, b.vocabularySize],
  ];
  const other = pairs.find(([, ours, theirs]) => ours !== theirs);
  if (other)
    throw notComparable(file, reference, `they are different models (${other[0]} ${other[1]} and ${other[2]})`);
}

function notComparable(file: WeightsHere, reference: WeightsHere, got: string): LoadoutError {
  return new LoadoutError("quality-not-comparable", { what: file.argument, expected: reference.argument, got });
}
