import { EXIT } from "../../../facts/errors/index.ts";
import { formatFileBytes } from "../../../facts/units/index.ts";
import { ANSWER_VERSION, answerFit, type CalibratedRate, type CalibrateAnswer } from "../../../plan/answer/index.ts";
import { paceInput } from "../../../plan/fit/index.ts";
import { decodePace, prefillPace, type Calibration, type PaceInput } from "../../../predict/speed/index.ts";
import type { MeasuredRate } from "../../../run/bench/index.ts";
import type { RunningEngine } from "../../../run/engine/index.ts";
import type { CalibrationPoint } from "../../../run/receipt/index.ts";
import { guarded, type CliContext } from "../context.ts";
import { machineName, machineOf, type Machine } from "../machine.ts";
import { weightsToLoad } from "../model/fetched.ts";
import type { WeightsHere } from "../model/weights.ts";
import { modelsDirsOf } from "../models-dirs.ts";
import { fitQuestion } from "../question.ts";
import { openOrNote, withoutReceipts } from "../receipts-at-hand.ts";
import { calibrateText } from "../text/calibrate-text.ts";
import { fitText } from "../text/fit-text.ts";
import { progressFor, type Progress } from "../text/progress.ts";
import { weightsFor } from "../weights-for.ts";

export interface CalibrateFlags {
  readonly threads?: number;
  readonly models?: readonly string[];
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Deep enough that attention is seen, short enough for a minute. */
const CONTEXT = 4224;

/** `loadout calibrate [MODEL]` */
export const calibrate = guarded(async function (this: CliContext, flags: CalibrateFlags, typed?: string) {
  const began = performance.now();
  const progress = progressFor(this);
  progress.update("measuring memory bandwidth ...");
  const machine = await machineOf(this, { fresh: true });
  progress.done();
  const weights = await smallModel(this, machine, flags, typed, progress);
  const context = Math.min(CONTEXT, weights.geometry.contextLength);
  const plan = { context, users: 1, ...(flags.threads === undefined ? {} : { threads: flags.threads }) };
  // without receipts: what calibrations are computed from is the prediction before any of them
  const question = fitQuestion({ machine, weights, flags: plan });
  const { answer: fit, choice } = answerFit(question.request, question.context);
  if (fit.verdict.now.verdict === "does not fit" || choice.prediction.kind === "rejected") {
    this.out(flags.json ? JSON.stringify(fit, null, 2) : fitText(fit, this.outStyle));
    return EXIT.no;
  }
  let engine: RunningEngine | undefined;
  const receipts = await openOrNote(this, machine.folders.data);
  try {
    const { embeddedEngine } = await import("../../../run/engine/index.ts");
    const { measureRates, readSuite } = await import("../../../run/bench/index.ts");
    const { passages } = await readSuite();
    const text = passages.filter(({ language }) => language === "English").map((passage) => passage.text);
    progress.update(`loading ${weights.facts.name}, ${formatFileBytes(weights.facts.fileBytes)} ...`);
    engine = await embeddedEngine().start(
      {
        modelPath: weights.path,
        backend: question.backend,
        settings: choice.settings,
        ...(flags.threads === undefined ? {} : { threads: flags.threads }),
      },
      { signal: this.signal },
    );
    progress.update("trying numbers of threads ...");
    const threads = flags.threads ?? (await engine.measureThreads?.())?.threads ?? choice.threads;
    const measured = await measureRates(engine, {
      context,
      text: text.join(" "),
      onProgress: (what) => progress.update(`measuring ${what} ...`),
      signal: this.signal,
    });
    await engine.stop();
    progress.done();

    const base = paceInput(question.request, { ...choice, threads });
    const name = machineName(machine);
    const { engine: engineName } = question.runtime;
    const { backend } = question;
    const known = receipts?.calibrationFor(name, engineName, backend, weights.facts);
    const points = measured.map((rate) => pointOf(rate, base)).filter((point) => point !== undefined);
    const { bandwidthBytesPerSec } = machine.report.rig.host;
    const id =
      receipts &&
      withoutReceipts(this, () =>
        receipts.addCalibration({
          machine: name,
          engine: engineName,
          backend,
          model: { name: weights.facts.name, fileBytes: weights.facts.fileBytes },
          threads,
          ...(bandwidthBytesPerSec === undefined ? {} : { bandwidthBytesPerSec }),
          points,
        }),
      );
    const learned = receipts?.calibrationFor(name, engineName, backend, weights.facts);
    const answer: CalibrateAnswer = {
      schema: ANSWER_VERSION,
      kind: "calibration",
      model: weights.facts,
      runtime: question.runtime,
      threads,
      ...(bandwidthBytesPerSec === undefined ? {} : { bandwidthBytesPerSec }),
      rates: ratesOf(measured, base, known, learned),
      tookMs: performance.now() - began,
      ...(receipts && id !== undefined ? { stored: { id, database: receipts.path } } : {}),
      next: ["loadout fit"],
    };
    this.out(flags.json ? JSON.stringify(answer, null, 2) : calibrateText(answer, this.outStyle));
    return EXIT.ok;
  } finally {
    progress.done();
    await engine?.stop();
    receipts?.close();
  }
});

/** The model that was named, or the smallest at hand, or the small default. */
async function smallModel(
  context: CliContext,
  { home, config }: Machine,
  flags: CalibrateFlags,
  typed: string | undefined,
  progress: Progress,
): Promise<WeightsHere> {
  if (typed !== undefined) return weightsToLoad(context, typed, flags, progress);
  const { findWeights } = await import("../../../run/fetch/index.ts");
  const { weights } = await findWeights({ home, modelsDirs: modelsDirsOf(flags, config) });
  const smallest = weights
    .filter(({ role, incomplete }) => role === "model" && !incomplete)
    .toSorted((a, b) => a.bytes - b.bytes)[0];
  return weightsFor(context, smallest ? { ...flags, model: smallest.path } : flags, progress);
}

function predicted({ what, at }: Pick<MeasuredRate, "what" | "at">, input: PaceInput) {
  return what === "decode" ? decodePace(input, at) : prefillPace(input, at);
}

/** Beside the prediction without calibration; undefined where there is none. */
function pointOf({ what, at, perSec, tokens }: MeasuredRate, base: PaceInput): CalibrationPoint | undefined {
  const pace = predicted({ what, at }, base);
  return pace && { what, at, basePerSec: pace.tokensPerSec, measuredPerSec: perSec, tokens };
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
    const before = predicted({ what, at }, { ...base, ...(known ? { calibration: known } : {}) });
    const after = predicted({ what, at }, { ...base, ...(learned ? { calibration: learned } : {}) });
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
