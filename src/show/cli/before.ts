import type { Receipt } from "../../run/receipt/index.ts";
import { type Machine, machineName } from "./machine.ts";
import type { KnownReceipts } from "./receipts-at-hand.ts";
import type { BeforeOf } from "../../plan/ask/question/index.ts";

/** What receipts of this machine say of weights under an engine. */
export function beforeOf(
  receipts: KnownReceipts | undefined,
  machine: { readonly report: Pick<Machine["report"], "rig"> },
): BeforeOf | undefined {
  if (receipts === undefined) return undefined;
  const name = machineName(machine);
  return ({ engine, backend, model }) => {
    const runs = receipts
      .list({ machine: name, engine, backend, limit: 20 })
      .filter((run) => run.model.name === model.name && run.model.fileBytes === model.fileBytes);
    return {
      calibration: receipts.calibrationFor(name, engine, backend, model),
      threads: measuredBefore(runs) ?? receipts.calibratedThreads(name, engine, backend, model.fileBytes),
    };
  };
}

/**
 * Threads that a measurement of the newest of these runs found best: never a number that a person named, and none where the
 * run then fell below its band (the machine is busier or another one now, so it is measured again).
 */
export function measuredBefore(newestFirst: readonly Pick<Receipt, "settings" | "rates">[]): number | undefined {
  const run = newestFirst.find(({ settings }) => !settings.threadsAsked);
  const decode = run?.rates.find(({ what }) => what === "decode");
  const slow = decode?.lowPerSec !== undefined && decode.measuredPerSec < decode.lowPerSec;
  return slow ? undefined : run?.settings.threads;
}
