import { existsSync } from "node:fs";
import { join } from "node:path";
import { LoadoutError } from "../../facts/errors/index.ts";
import type { ReceiptStore } from "../../run/receipt/index.ts";
import type { CliContext } from "./context.ts";

/** Receipts where there are any: a question alone makes no database and, before the first run, loads no SQLite. */
export async function openKnownReceipts(context: CliContext, folder: string): Promise<ReceiptStore | undefined> {
  if (!existsSync(join(folder, "receipts.sqlite"))) return undefined;
  return openOrNote(context, folder);
}

/** The store of receipts, made where it is missing. A folder that cannot be used costs the receipts, never the run. */
export async function openOrNote(context: CliContext, folder: string): Promise<ReceiptStore | undefined> {
  const { openReceipts } = await import("../../run/receipt/index.ts");
  return withoutReceipts(context, () => openReceipts(folder, Date.now));
}

/** Does something with receipts; where they cannot be used it says so and goes on without. */
export function withoutReceipts<Result>(context: CliContext, action: () => Result): Result | undefined {
  try {
    return action();
  } catch (error) {
    const full = error instanceof Error && "code" in error && error.code === "ERR_SQLITE_ERROR";
    if (!full && !(error instanceof LoadoutError && error.code === "receipts-unreadable")) throw error;
    context.note(context.noteStyle.warn(`without receipts: ${error.message}`));
    return undefined;
  }
}

/** What predictions ask of receipts. */
export type KnownReceipts = Pick<ReceiptStore, "calibrationFor" | "list" | "calibratedThreads">;

/** The receipts as if one had never been. */
export function leavingOut(receipts: ReceiptStore, id: number): KnownReceipts {
  return {
    calibrationFor: (machine, engine, backend, model) => receipts.calibrationFor(machine, engine, backend, model, id),
    list: (filter) => receipts.list(filter).filter((receipt) => receipt.id !== id),
    calibratedThreads: (...of) => receipts.calibratedThreads(...of),
  };
}
