import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { foldersOf, thisHome } from "../../src/run/home/index.ts";
import type { MeasuredPoint } from "./plot.ts";

/** What a point needs of a receipt: `loadout receipts ID --json` prints more. */
interface ReceiptPart {
  readonly id?: unknown;
  readonly machine: string;
  readonly model: { readonly name: string; readonly quantization?: string };
  readonly engine: { readonly name: string; readonly build: string };
  readonly rates: readonly {
    readonly what: string;
    readonly measuredPerSec: number;
    readonly predictedPerSec?: number;
    readonly lowPerSec?: number;
    readonly highPerSec?: number;
  }[];
}

/** What a server did under several loads, as data/receipts/README.md says. */
interface BenchPoints {
  readonly machine: string;
  readonly model: ReceiptPart["model"];
  readonly engine: ReceiptPart["engine"];
  readonly date?: unknown;
  readonly points: readonly {
    readonly users: number;
    readonly outputPerSec: number;
    readonly tpotP50Ms: number;
    readonly doubts: readonly unknown[];
  }[];
}

/** Receipts that are part of the repository, as `loadout receipts ID --json` printed them. */
const COMMITTED = join(import.meta.dirname, "../../data/receipts");

export function committedReceipts(folder: string = COMMITTED): MeasuredPoint[] {
  return globSync("*.json", { cwd: folder })
    .toSorted()
    .flatMap((file) => {
      const found: unknown = JSON.parse(readFileSync(join(folder, file), "utf8"));
      const source = `data/receipts/${file}`;
      if (isBench(found)) return benchPoints(found, source);
      return receiptsIn(found).flatMap((part) => pointOf(part, source) ?? []);
    });
}

/** Points of a server that nothing is doubted of. */
function benchPoints({ machine, model, engine, date, points }: BenchPoints, source: string): MeasuredPoint[] {
  return points
    .filter(({ doubts }) => doubts.length === 0)
    .map(({ users, outputPerSec, tpotP50Ms }) => ({
      from: "receipt",
      source,
      what: whatOf({ machine, model, engine }),
      streams: users,
      msPerToken: tpotP50Ms,
      outputPerSec,
      ...(typeof date === "string" ? { date } : {}),
      on: { model: model.name, machine },
    }));
}

function whatOf({ machine, model, engine }: Pick<ReceiptPart, "machine" | "model" | "engine">): string {
  return `${model.name} ${model.quantization ?? ""} on ${machine}, ${engine.name} ${engine.build}`;
}

/** What this person's own runs measured, newest first; none where nothing was run yet. */
export async function localReceipts(): Promise<MeasuredPoint[]> {
  const { data } = foldersOf({ ...thisHome(), env: process.env });
  if (!existsSync(join(data, "receipts.sqlite"))) return [];
  const { openReceipts } = await import("../../src/run/receipt/index.ts");
  const store = openReceipts(data, Date.now);
  try {
    return store.list().flatMap((receipt) => pointOf(receipt, `receipt ${receipt.id}`) ?? []);
  } finally {
    store.close();
  }
}

/** A chat is one stream: its pace is the throughput, and its inverse the time between tokens. */
function pointOf(receipt: ReceiptPart, source: string): MeasuredPoint | undefined {
  const decode = receipt.rates.find(({ what }) => what === "decode");
  if (!decode || !(decode.measuredPerSec > 0)) return undefined;
  const { predictedPerSec: perSec, lowPerSec: low, highPerSec: high } = decode;
  const banded = typeof perSec === "number" && typeof low === "number" && typeof high === "number";
  return {
    from: "receipt",
    source,
    what: whatOf(receipt),
    streams: 1,
    msPerToken: 1000 / decode.measuredPerSec,
    outputPerSec: decode.measuredPerSec,
    on: { model: receipt.model.name, machine: receipt.machine },
    ...(banded ? { predicted: { perSec, low, high } } : {}),
  };
}

/** One receipt, or what the command line prints of several; what is neither is no receipt. */
function receiptsIn(value: unknown): ReceiptPart[] {
  if (isReceipt(value)) return [value];
  if (typeof value !== "object" || value === null || !("receipts" in value) || !Array.isArray(value.receipts))
    return [];
  return value.receipts.filter(isReceipt);
}

function isReceipt(value: unknown): value is ReceiptPart {
  return (
    isObject(value) &&
    typeof value["machine"] === "string" &&
    isObject(value["model"]) &&
    typeof value["model"]["name"] === "string" &&
    isObject(value["engine"]) &&
    Array.isArray(value["rates"]) &&
    value["rates"].every((rate) => isObject(rate) && typeof rate["measuredPerSec"] === "number")
  );
}

function isBench(value: unknown): value is BenchPoints {
  return (
    isObject(value) &&
    value["kind"] === "bench-points" &&
    typeof value["machine"] === "string" &&
    isObject(value["model"]) &&
    typeof value["model"]["name"] === "string" &&
    isObject(value["engine"]) &&
    Array.isArray(value["points"]) &&
    value["points"].every(
      (point) =>
        isObject(point) &&
        ["users", "outputPerSec", "tpotP50Ms"].every((key) => typeof point[key] === "number") &&
        Array.isArray(point["doubts"]),
    )
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
