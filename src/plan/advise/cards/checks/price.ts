import { formatNumber } from "../../../../facts/units/index.ts";
import { priceKey } from "../question.ts";
import { ask, times, type Check, type Checked } from "./check.ts";

/** What it costs by the file of prices; what it cost when it came out is no price, and never passes. */
export function priceCheck({ row, sizeBytes, board, count, limits }: Checked): Check {
  const asked = ask(limits.budget);
  const price = limits.prices?.get(priceKey({ row, sizeBytes }));
  if (price === undefined) {
    const { launchPrice, released } = board;
    const what = isMachines(row.vendor) ? "the machine was" : "it was";
    const known =
      launchPrice === undefined
        ? "no price is known"
        : `${what} ${formatNumber(launchPrice.dollars, 6)} USD at launch${released === undefined ? "" : ` (${released.slice(0, 4)})`}: no price of today`;
    const source = launchPrice && LAUNCH[launchPrice.basis];
    const recalled = launchPrice?.basis === "recalled" ? { recalled: true as const } : {};
    return { key: "price", verdict: "unknown", because: known, ...(source ? { source } : {}), ...recalled, ...asked };
  }
  const sum = price.amount * count;
  const currency = price.currency === undefined ? "" : ` ${price.currency}`;
  const note = price.note === undefined ? "" : ` (${price.note})`;
  const said = `${times(count)}${formatNumber(price.amount, 6)}${currency}${note}`;
  const source = "the file of prices";
  if (limits.budget === undefined) return { key: "price", verdict: "mind", because: said, source };
  const verdict = sum <= limits.budget ? "passes" : "fails";
  return { key: "price", verdict, because: `${said}, of ${formatNumber(limits.budget, 6)}`, source, ...asked };
}

const LAUNCH = {
  recalled: "launch price, recalled",
  checked: "launch price; huggingface.js's table agrees within 8%",
  rounded: "huggingface.js's table, rounded; of data-centre parts what was asked",
} as const;

function isMachines(vendor: string): boolean {
  return vendor === "apple";
}
