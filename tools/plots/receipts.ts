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
  readonly rates: readonly { readonly what: string; readonly measuredPerSec: number }[];
}

/** Receipts that are part of the repository, as `loadout receipts ID --json` printed them. */
const COMMITTED = join(import.meta.dirname, "../../data/receipts");

export function committedReceipts(folder: string = COMMITTED): MeasuredPoint[] {
  return globSync("*.json", { cwd: folder })
    .toSorted()
    .flatMap((file) =>
      receiptsIn(JSON.parse(readFileSync(join(folder, file), "utf8"))).map((part) =>
        pointOf(part, `data/receipts/${file}`),
      ),
    )
    .filter((point) => point !== undefined);
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
  const { name, quantization } = receipt.model;
  return {
    from: "receipt",
    source,
    what: `${name} ${quantization ?? ""} on ${receipt.machine}, ${receipt.engine.name} ${receipt.engine.build}`,
    streams: 1,
    msPerToken: 1000 / decode.measuredPerSec,
    outputPerSec: decode.measuredPerSec,
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

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
