import { LoadoutError } from "../../../facts/errors/index.ts";
import { parseCount } from "../../../facts/units/index.ts";
import { ANSWER_VERSION } from "../../../plan/answer/index.ts";
import { openReceipts, type Receipt, type ReceiptStore, type StoredCalibration } from "../../../run/receipt/index.ts";
import { guarded, type CliContext } from "../context.ts";
import { homeOf } from "../machine.ts";
import { calibrationText } from "../text/calibrations-text.ts";
import { receiptsText, receiptText } from "../text/receipts-text.ts";

interface ReceiptsFlags {
  readonly json?: boolean;
  readonly remove?: boolean;
}

/** What was asked for: receipts of runs, and of what was measured of the machine. */
interface Found {
  readonly receipts: readonly Receipt[];
  readonly calibrations: readonly StoredCalibration[];
}

/** `loadout receipts [ID]`; a calibration's ID begins with a c. */
export const receipts = guarded(async function (this: CliContext, flags: ReceiptsFlags, id?: string) {
  const store = openReceipts((await homeOf(this)).folders.data, Date.now);
  try {
    if (flags.remove && id === undefined)
      throw new LoadoutError("bad-quantity", {
        what: "receipts --remove",
        expected: "the number of a receipt",
        got: "",
        example: "loadout receipts 3 --remove",
      });
    const one = id === undefined ? undefined : asked(id);
    const found = one ? oneOf(store, one) : { receipts: store.list(), calibrations: store.listCalibrations() };
    if (flags.remove && one) removeFrom(store, one);
    if (flags.json)
      this.out(JSON.stringify({ schema: ANSWER_VERSION, kind: "receipts", database: store.path, ...found }, null, 2));
    else if (flags.remove && one) this.out(`${one.kind} ${id} removed`);
    else this.out(one ? textOf(found, this) : receiptsText(found.receipts, found.calibrations, this.outStyle));
  } finally {
    store.close();
  }
});

interface Asked {
  readonly kind: "receipt" | "calibration";
  readonly number: number;
}

function asked(id: string): Asked {
  const kind = /^c\d/.test(id) ? "calibration" : "receipt";
  return { kind, number: parseCount(kind === "calibration" ? id.slice(1) : id, "receipts ID", 1) };
}

function oneOf(store: ReceiptStore, { kind, number }: Asked): Found {
  return kind === "receipt"
    ? { receipts: [store.show(number)], calibrations: [] }
    : { receipts: [], calibrations: [store.showCalibration(number)] };
}

function removeFrom(store: ReceiptStore, { kind, number }: Asked): void {
  if (kind === "receipt") store.remove(number);
  else store.removeCalibration(number);
}

function textOf({ receipts: [receipt], calibrations: [calibration] }: Found, { outStyle }: CliContext): string {
  if (receipt) return receiptText(receipt, outStyle);
  return calibration ? calibrationText(calibration, outStyle) : "";
}
