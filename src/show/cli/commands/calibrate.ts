import { EXIT, LoadoutError } from "../../../facts/errors/index.ts";
import { formatFileBytes } from "../../../facts/units/index.ts";
import {
  ANSWER_VERSION,
  answerFit,
  type CalibratedModel,
  type CalibratedRate,
  type CalibrateAnswer,
  type FitAnswer,
} from "../../../plan/answer/index.ts";
import { paceInput } from "../../../plan/fit/index.ts";
import { decodePace, prefillPace, type Calibration, type PaceInput } from "../../../predict/speed/index.ts";
import type { MeasuredRate } from "../../../run/bench/index.ts";
import type { RunningEngine } from "../../../run/engine/index.ts";
import type { CalibrationPoint, ReceiptStore } from "../../../run/receipt/index.ts";
import { busyNotes } from "../busy.ts";
import { guarded, type CliContext } from "../context.ts";
import { machineName, machineOf, type Machine } from "../machine.ts";
import { weightsToLoad } from "../model/fetched.ts";
import { readWeights } from "../model/read-file.ts";
import { modelsDirsOf } from "../models-dirs.ts";
import { openOrNote, withoutReceipts } from "../receipts-at-hand.ts";
import { calibrateText } from "../text/calibrate-text.ts";
import { fitText } from "../text/fit-text.ts";
import { progressFor, type Progress } from "../text/progress.ts";
import { weightsFor } from "../weights-for.ts";
import type { WeightsHere } from "../../../plan/ask/model/index.ts";
import { fitQuestion } from "../../../plan/ask/question/index.ts";

export interface CalibrateFlags {
  readonly threads?: number;
  readonly models?: readonly string[];
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Deep enough that attention is seen, short enough for a minute. */
const CONTEXT = 4224;
/** A second model of another architecture is measured where the first left time for it: kernels differ. */
const SECOND_BEFORE_MS = 28_000;
/** Larger files take longer than a minute to say the same. */
const MOST_BYTES = 1.5e9;
const MOST_HEADERS = 8;

/** `loadout calibrate [MODEL]` */
export const calibrate = guarded(async function (this: CliContext, flags: CalibrateFlags, typed?: string) {
  const began = performance.now();
  const busy = busyNotes("calibrate again when it is quiet");
  const progress = progressFor(this);
  progress.update("measuring memory bandwidth ...");
  const machine = await machineOf(this, { fresh: true });
  progress.done();
  const models = await smallModels(this, machine, flags, typed, progress);
  const receipts = await openOrNote(this, machine.folders.data);
  try {
    const done: CalibratedModel[] = [];
    let runtime: CalibrateAnswer["runtime"] | undefined;
    for (const weights of models) {
      if (done.length > 0 && performance.now() - began > SECOND_BEFORE_MS) break;
      const measured = await calibrateWith(this, { machine, weights, flags, receipts, progress });
      if (measured.no && done.length === 0) {
        this.out(flags.json ? JSON.stringify(measured.no, null, 2) : fitText(measured.no, this.outStyle));
        return EXIT.no;
      }
      if (measured.done) done.push(measured.done);
      runtime = measured.runtime;
    }
    const { bandwidthBytesPerSec } = machine.report.rig.host;
    const answer: CalibrateAnswer = {
      schema: ANSWER_VERSION,
      kind: "calibration",
      runtime: runtime!,
      ...(bandwidthBytesPerSec === undefined ? {} : { bandwidthBytesPerSec }),
      models: done,
      tookMs: performance.now() - began,
      notes: busy,
      next: ["loadout fit"],
    };
    this.out(flags.json ? JSON.stringify(answer, null, 2) : calibrateText(answer, this.outStyle));
    return EXIT.ok;
  } finally {
    progress.done();
    receipts?.close();
  }
});

/** Measures with one model and keeps it; `no`: it does not fit here. */
async function calibrateWith(
  context: CliContext,
  parts: {
    readonly machine: Machine;
    readonly weights: WeightsHere;
    readonly flags: CalibrateFlags;
    readonly receipts: ReceiptStore | undefined;
    readonly progress: Progress;
  },
): Promise<{
  readonly done?: CalibratedModel;
  readonly no?: FitAnswer;
  readonly runtime: CalibrateAnswer["runtime"];
}> {
  const { machine, weights, flags, receipts, progress } = parts;
  const cells = Math.min(CONTEXT, weights.geometry.contextLength);
  const plan = { context: cells, users: 1, ...(flags.threads === undefined ? {} : { threads: flags.threads }) };
  // without receipts: what calibrations are computed from is the prediction before any of them
  const question = fitQuestion({ machine, weights, flags: plan });
  const { runtime, backend } = question;
  const { answer: fit, choice } = answerFit(question.request, question.context);
  if (fit.verdict.now.verdict === "does not fit" || choice.prediction.kind === "rejected") return { no: fit, runtime };

  const { embeddedEngine } = await import("../../../run/engine/index.ts");
  const { measureRates, readSuite } = await import("../../../run/bench/index.ts");
  const { passages } = await readSuite();
  const text = passages.filter(({ language }) => language === "English").map((passage) => passage.text);
  const { name, fileBytes } = weights.facts;
  let engine: RunningEngine | undefined;
  try {
    progress.update(`loading ${name}, ${formatFileBytes(fileBytes)} ...`);
    engine = await embeddedEngine().start(
      {
        modelPath: weights.path,
        backend,
        settings: choice.settings,
        ...(flags.threads === undefined ? {} : { threads: flags.threads }),
      },
      { signal: context.signal },
    );
    progress.update("trying numbers of threads ...");
    const threads = flags.threads ?? (await engine.measureThreads?.())?.threads ?? choice.threads;
    const measured = await measureRates(engine, {
      context: cells,
      text: text.join(" "),
      onProcessor: backend === "cpu",
      onProgress: (what) => progress.update(`measuring ${what} with ${name} ...`),
      signal: context.signal,
    });
    const base = paceInput(question.request, { ...choice, threads });
    const of = [machineName(machine), runtime.engine, backend] as const;
    const [machineIs, engineIs, backendIs] = of;
    const known = receipts?.calibrationFor(...of, weights.facts);
    const { bandwidthBytesPerSec } = machine.report.rig.host;
    const id =
      receipts &&
      withoutReceipts(context, () =>
        receipts.addCalibration({
          machine: machineIs,
          engine: engineIs,
          backend: backendIs,
          model: { name, fileBytes },
          threads,
          ...(bandwidthBytesPerSec === undefined ? {} : { bandwidthBytesPerSec }),
          points: measured.map((rate) => pointOf(rate, base)).filter((point) => point !== undefined),
        }),
      );
    const learned = receipts?.calibrationFor(...of, weights.facts);
    const done: CalibratedModel = {
      model: weights.facts,
      threads,
      rates: ratesOf(measured, base, known, learned),
      ...(receipts && id !== undefined ? { stored: { id, database: receipts.path } } : {}),
    };
    return { done, runtime };
  } finally {
    progress.done();
    await engine?.stop();
  }
}

/** The model that was named; or the smallest at hand and the smallest of another architecture; or the small default. */
async function smallModels(
  context: CliContext,
  { home, config }: Machine,
  flags: CalibrateFlags,
  typed: string | undefined,
  progress: Progress,
): Promise<WeightsHere[]> {
  if (typed !== undefined) return [await weightsToLoad(context, typed, flags, progress)];
  const { findWeights } = await import("../../../run/fetch/index.ts");
  const { weights } = await findWeights({ home, modelsDirs: modelsDirsOf(flags, config) });
  const files = weights
    .filter(({ role, incomplete, bytes }) => role === "model" && !incomplete && bytes <= MOST_BYTES)
    .toSorted((a, b) => a.bytes - b.bytes);
  const models: WeightsHere[] = [];
  for (const { path, name } of files.slice(0, MOST_HEADERS)) {
    try {
      const model = await readWeights(path, name);
      if (models.every(({ geometry }) => geometry.architecture !== model.geometry.architecture)) models.push(model);
    } catch (error) {
      if (!(error instanceof LoadoutError)) throw error;
      context.note(context.noteStyle.faint(`left out ${name}: ${error.message}`));
    }
    if (models.length === 2) break;
  }
  return models.length > 0 ? models : [await weightsFor(context, flags, progress)];
}

/** The same question on the machine as a calibration knows it. */
function calibrated(base: PaceInput, calibration: Calibration | undefined): PaceInput {
  if (!calibration) return base;
  const { hostBandwidthBytesPerSec } = calibration;
  const host =
    hostBandwidthBytesPerSec === undefined
      ? base.host
      : { ...base.host, bandwidthBytesPerSec: hostBandwidthBytesPerSec };
  return { ...base, host, calibration };
}

function predicted({ what, at }: Pick<MeasuredRate, "what" | "at">, input: PaceInput) {
  return what === "decode" ? decodePace(input, at) : prefillPace(input, at);
}

/** Beside the prediction without calibration; undefined where there is none. */
function pointOf({ what, at, perSec, tokens }: MeasuredRate, base: PaceInput): CalibrationPoint | undefined {
  const pace = predicted({ what, at }, base);
  if (!pace) return undefined;
  const { tokensPerSec: basePerSec, low: baseLowPerSec, high: baseHighPerSec } = pace;
  return { what, at, basePerSec, baseLowPerSec, baseHighPerSec, measuredPerSec: perSec, tokens };
}

/** One line a place: what was measured there in every round, beside the predictions before and after. */
function ratesOf(
  measured: readonly MeasuredRate[],
  base: PaceInput,
  known: Calibration | undefined,
  learned: Calibration | undefined,
): CalibratedRate[] {
  const places = new Map<string, MeasuredRate[]>();
  for (const rate of measured) {
    // replies of unlike length end at unlike depths: the same place within a tenth
    const key = `${rate.what} ${Math.round(Math.log(rate.at) * 5)}`;
    places.set(key, [...(places.get(key) ?? []), rate]);
  }
  const lines = [...places.values()].map((rates): CalibratedRate => {
    const sorted = rates.toSorted((a, b) => a.perSec - b.perSec);
    const { what, at } = rates[0]!;
    const before = predicted({ what, at }, calibrated(base, known));
    const after = predicted({ what, at }, calibrated(base, learned));
    return {
      what,
      at: Math.round(at),
      measured: sorted[sorted.length >> 1]!.perSec,
      rounds: rates.length,
      ...(before ? { before } : {}),
      ...(after ? { after } : {}),
    };
  });
  return lines.toSorted((a, b) => a.what.localeCompare(b.what) || a.at - b.at);
}
