import { isFields } from "../../run/home/index.ts";
import { readFile } from "node:fs/promises";
import { LoadoutError } from "../../facts/errors/index.ts";
import { deviceCatalog, type CatalogRow, type DeviceMatch } from "../../facts/hardware/index.ts";
import { parseAmount } from "../../facts/units/index.ts";
import { priceKey, type Price } from "../../plan/advise/cards/index.ts";

/** One price as it stands in a file. */
interface Offer {
  /** "line 3", "entry 2": for errors */
  readonly where: string;
  readonly device: string;
  readonly price: string;
  readonly currency?: string;
  readonly note?: string;
}

/** Prices of a file, by device and size; of several offers the cheapest. */
export async function readPrices(path: string): Promise<ReadonlyMap<string, Price>> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new LoadoutError("prices-unreadable", { path, problem }, { cause: error });
  }
  const { findDevice } = await deviceCatalog();
  return pricesOf(text, findDevice);
}

/** CSV (device,price[,currency[,note]]), or JSON: a list of such objects, or an object from device to price. */
export function pricesOf(text: string, findDevice: (typed: string) => DeviceMatch): ReadonlyMap<string, Price> {
  const offers = /^\s*[[{]/.test(text) ? fromJson(text) : fromCsv(text);
  const prices = new Map<string, Price>();
  let currency: string | undefined;
  for (const offer of offers) {
    if (currency !== undefined && offer.currency !== undefined && offer.currency !== currency)
      throw wrong(offer.where, `${offer.currency}, where others are in ${currency}: a budget has one currency`);
    currency ??= offer.currency;
    const { row, sizeBytes } = deviceOf(offer, findDevice);
    const amount = amountOf(offer);
    const key = priceKey({ row, sizeBytes });
    if ((prices.get(key)?.amount ?? Infinity) <= amount) continue;
    const { note } = offer;
    prices.set(key, {
      amount,
      ...(offer.currency === undefined ? {} : { currency: offer.currency }),
      ...(note === undefined ? {} : { note }),
    });
  }
  return prices;
}

function deviceOf(
  { where, device }: Offer,
  findDevice: (typed: string) => DeviceMatch,
): { readonly row: CatalogRow; readonly sizeBytes: number } {
  const match = findDevice(device);
  if (match.kind === "found") {
    const sizeBytes = match.sizeBytes ?? (match.row.memoryBytes.length === 1 ? match.row.memoryBytes[0] : undefined);
    if (sizeBytes !== undefined) return { row: match.row, sizeBytes };
    const sizes = match.row.memoryBytes.map((bytes) => `${bytes / 2 ** 30}GB`).join(", ");
    throw wrong(
      where,
      `${match.row.name} is sold with ${sizes || "memory of any size"}; write which: ${match.row.id}:${sizes.split(", ")[0] || "32GB"}`,
    );
  }
  const rows = match.kind === "several" ? match.rows : match.near;
  const near = rows
    .slice(0, 4)
    .map(({ id }) => id)
    .join(", ");
  throw wrong(
    where,
    `"${device}" ${match.kind === "several" ? "may be" : "is no device known; nearest"}: ${near || "none"}`,
  );
}

function amountOf({ where, price }: Offer): number {
  try {
    return parseAmount(price, "price");
  } catch (error) {
    if (error instanceof LoadoutError) throw wrong(where, `"${price}" is no amount`);
    throw error;
  }
}

function fromCsv(text: string): Offer[] {
  return text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .flatMap((line, index): Offer[] => {
      if (line.trim() === "" || line.trimStart().startsWith("#")) return [];
      const [device = "", price = "", currency = "", ...rest] = cells(line);
      // a heading says what its column holds
      if (index === 0 && !/\d/.test(price)) return [];
      const note = rest.join(", ");
      return [{ where: `line ${index + 1}`, device, price, ...worded({ currency, note }) }];
    });
}

/** Cells of a line: at commas, semicolons or tabs outside quotes; a doubled quote is one. */
function cells(line: string): string[] {
  const separator = line.includes(";") ? ";" : line.includes("\t") ? "\t" : ",";
  const list: string[] = [];
  let cell = "";
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    const letter = line[at]!;
    if (letter === '"') {
      if (quoted && line[at + 1] === '"') cell += '"';
      quoted = !quoted;
    } else if (letter === separator && !quoted) {
      list.push(cell.trim());
      cell = "";
    } else cell += letter;
  }
  return [...list, cell.trim()];
}

function fromJson(text: string): Offer[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw wrong("the file", error instanceof Error ? error.message : String(error));
  }
  if (Array.isArray(value)) return value.map((entry: unknown, at) => offerOf(`entry ${at + 1}`, entry));
  return Object.entries(value ?? {}).map(([device, entry]) =>
    offerOf(device, isFields(entry) ? { device, ...entry } : { device, price: entry as unknown }),
  );
}

function offerOf(where: string, entry: unknown): Offer {
  if (!isFields(entry)) throw wrong(where, "expected {device, price}");
  const text = (key: string): string => {
    const value = entry[key];
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  };
  const [currency, note] = [text("currency"), text("note")];
  return { where, device: text("device"), price: text("price"), ...worded({ currency, note }) };
}

function worded(words: Readonly<Record<"currency" | "note", string>>): {
  readonly currency?: string;
  readonly note?: string;
} {
  return Object.fromEntries(Object.entries(words).filter(([, word]) => word !== ""));
}

function wrong(where: string, problem: string): LoadoutError {
  return new LoadoutError("price-unreadable", { where, problem });
}
