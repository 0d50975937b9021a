import type { Held } from "../rig.ts";

/** An interval of memory: in MiB, or as a share of the whole. */
export type Amount =
  | { readonly mib: readonly [low: number, usual: number, high: number] }
  | { readonly share: readonly [low: number, usual: number, high: number] };

/** A row of a table of what is taken: the words of {@link Held} and how much. */
export interface HeldRow {
  readonly key: string;
  readonly label: string;
  readonly amount: Amount;
  readonly source: string;
}

/** The row's interval in bytes for memory of that size. */
export function heldOf({ key, label, amount, source }: HeldRow, totalBytes: number): Held {
  const [low, usual, high] =
    "mib" in amount ? amount.mib.map((mib) => mib * 2 ** 20) : amount.share.map((share) => share * totalBytes);
  const within = (bytes: number) => Math.min(totalBytes, Math.round(bytes));
  const shares = "share" in amount ? { shares: amount.share, ofBytes: totalBytes } : {};
  return { key, label, lowBytes: within(low!), bytes: within(usual!), highBytes: within(high!), ...shares, source };
}

/** What is left when the usual amounts are taken. */
export function leftOf(totalBytes: number, held: readonly Held[]): number {
  return Math.max(
    0,
    held.reduce((left, { bytes }) => left - bytes, totalBytes),
  );
}
