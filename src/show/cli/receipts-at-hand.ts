import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ReceiptStore } from "../../run/receipt/index.ts";

/** Receipts where there are any: a question alone makes no database and, before the first run, loads no SQLite. */
export async function openKnownReceipts(folder: string): Promise<ReceiptStore | undefined> {
  if (!existsSync(join(folder, "receipts.sqlite"))) return undefined;
  const { openReceipts } = await import("../../run/receipt/index.ts");
  return openReceipts(folder, Date.now);
}
