import type { BenchAnswer, BenchRate } from "../../../plan/answer/index.ts";
import { type RequestRecord, type ShownRate, shownRates } from "../../../predict/serving/index.ts";
import { decodePace, prefillPace, type Pace, type PaceInput } from "../../../predict/speed/index.ts";
import type { NewReceipt, Receipt, ReceiptStore } from "../../../run/receipt/index.ts";
import type { CliContext } from "../context.ts";
import { machineName } from "../machine.ts";
import { withoutReceipts } from "../receipts-at-hand.ts";
import type { Served } from "./this-machine.ts";

/** Rates that the points of a run show, each beside what was predicted for exactly that. */
export function ratesOf(points: readonly (readonly RequestRecord[])[], alone: RequestRecord | undefined): ShownRate[] {
  // points follow one another, each with ids of its own: no two are asked about together
  const shown = [...points, ...(alone ? [[alone]] : [])].flatMap(shownRates);
  const places = Map.groupBy(shown, ({ what, streams, at }) => `${what} ${streams} ${Math.round(Math.log2(at))}`);
  return [...places.values()].map((place) => place.reduce((most, one) => (one.tokens > most.tokens ? one : most)));
}

export function besidePrediction(rates: readonly ShownRate[], pace: PaceInput): BenchRate[] {
  return rates.map(({ what, at, streams, perSec, tokens }) => {
    const predicted = predictedAt(pace, { what, at, streams });
    const line = { what, at, streams, measuredPerSec: perSec, tokens };
    if (!predicted) return line;
    const { tokensPerSec, low, high } = predicted;
    return {
      ...line,
      predicted: { value: tokensPerSec, low, high },
      ratio: perSec / tokensPerSec,
      insideBand: perSec >= low && perSec <= high,
    };
  });
}

function predictedAt(
  pace: PaceInput,
  { what, at, streams }: Pick<ShownRate, "what" | "at" | "streams">,
): Pace | undefined {
  return what === "decode" ? decodePace({ ...pace, streams }, at) : prefillPace(pace, at);
}

/** Keeps the rates as a receipt, so that the next prediction for this engine on its machine stands on them. */
export function keepRates(
  context: CliContext,
  parts: {
    readonly receipts: ReceiptStore;
    readonly served: Served;
    readonly rates: readonly BenchRate[];
    readonly stored: string | undefined;
  },
): BenchAnswer["receipt"] {
  const { receipts } = parts;
  return withoutReceipts(context, () => ({ id: receipts.add(receiptOf(parts)), database: receipts.path }));
}

function receiptOf({ receipts, served, rates, stored }: Parameters<typeof keepRates>[1]): NewReceipt {
  const { machine, weights, question, pace, server, runtime } = served;
  const { calibration: _, ...uncalibrated } = pace;
  const { name, fileBytes, architecture, quantization } = weights.facts;
  const loaded = server.receipt === undefined ? undefined : ofTheSame(receipts, server.receipt, machineName(machine));
  return {
    machine: machineName(machine),
    engine: {
      name: runtime.engine,
      version: runtime.version,
      build: server.build ?? runtime.buildName,
      backend: question.backend,
    },
    model: { name, fileBytes, architecture, quantization },
    // as the server was started: nobody measured threads
    settings: {
      ...server.settings!,
      ...(server.threads === undefined ? {} : { threads: server.threads }),
      threadsAsked: true,
    },
    // what the very engine took when it was loaded
    memory: loaded?.memory ?? [],
    ...(loaded?.prediction ? { prediction: loaded.prediction } : {}),
    rates: rates.map(({ what, at, streams, measuredPerSec, tokens, predicted }) => {
      const base = predictedAt(uncalibrated, { what, at, streams });
      return {
        what,
        at,
        streams,
        ...(base ? { basePerSec: base.tokensPerSec } : {}),
        ...(predicted
          ? { predictedPerSec: predicted.value, lowPerSec: predicted.low, highPerSec: predicted.high }
          : {}),
        measuredPerSec,
        tokens,
      };
    }),
    ...(stored === undefined ? {} : { bench: stored }),
  };
}

/** A number that is not in this store, or of another machine, is somebody else's. */
function ofTheSame(receipts: ReceiptStore, id: number, machine: string): Receipt | undefined {
  return receipts.list({ machine, limit: 1000 }).find((receipt) => receipt.id === id);
}
