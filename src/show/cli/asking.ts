import type { Asking } from "../../plan/ask/question/index.ts";
import { beforeOf } from "./before.ts";
import type { CliContext } from "./context.ts";
import { diskFor } from "./disk.ts";
import { type Machine, machineName, machineOf } from "./machine.ts";
import { modelFor } from "./model/model-for.ts";
import { openKnownReceipts } from "./receipts-at-hand.ts";
import { progressFor } from "./text/progress.ts";

/** The parts of a question as the command line gathers them: files, the catalog, this machine and its receipts. */
function askingOf(context: CliContext): Asking & { readonly close: () => void } {
  const progress = progressFor(context);
  let machine: Promise<Machine> | undefined;
  const machineHere = () => (machine ??= machineOf(context));
  const receipts = async () => openKnownReceipts(context, (await machineHere()).folders.data);
  let opened: Awaited<ReturnType<typeof receipts>>;
  return {
    model: (typed, flags) => modelFor(context, typed, flags, progress),
    machine: machineHere,
    here: async (planned, weights) => {
      opened ??= await receipts();
      const disk = await diskFor((await machineHere()).folders, weights);
      return {
        before: beforeOf(opened, planned),
        disk,
        runs: async (of, lengths) => {
          if (opened === undefined) return { known: [], replies: [] };
          const { runsAtHand } = await import("./simulate/runs-at-hand.ts");
          return runsAtHand(opened, machineName(planned))(of, lengths);
        },
      };
    },
    close: () => opened?.close(),
  };
}

/** Asks with {@link askingOf}, and closes what it opened. */
export async function withAsking<Answer>(
  context: CliContext,
  ask: (asking: Asking) => Promise<Answer>,
): Promise<Answer> {
  const asking = askingOf(context);
  try {
    return await ask(asking);
  } finally {
    asking.close();
  }
}
