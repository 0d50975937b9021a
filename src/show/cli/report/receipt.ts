import type { FitAnswer, ReportReceipt } from "../../../plan/answer/index.ts";
import { residualBytes, type Receipt } from "../../../run/receipt/index.ts";
import type { CliContext } from "../context.ts";
import { homeOf, machineName } from "../machine.ts";
import { openKnownReceipts } from "../receipts-at-hand.ts";

/** The newest run here of this file on this engine, of those whose pace was measured if there is one; undefined before the first. */
export async function newestReceipt(context: CliContext, fit: FitAnswer): Promise<ReportReceipt | undefined> {
  const store = await openKnownReceipts(context, (await homeOf(context)).folders.data);
  if (!store) return undefined;
  try {
    const { runtime, model, rig } = fit;
    const machine = machineName({ report: { rig } });
    const runs = store
      .list({ machine, engine: runtime.engine, backend: runtime.backend })
      .filter((one) => one.model.name === model.name && one.model.fileBytes === model.fileBytes);
    // a served model's receipt has memory alone
    const run = runs.find(({ rates }) => rates.length > 0) ?? runs[0];
    return run && asReported(run);
  } finally {
    store.close();
  }
}

function asReported({ id, atMs, engine, settings, memory, rates, times }: Receipt): ReportReceipt {
  return {
    id,
    atMs,
    engine: `${engine.name} ${engine.version} (${engine.build}, ${engine.backend})`,
    context: settings.context,
    sequences: settings.sequences,
    memory: memory.map((term) => {
      const { place, term: name, predictedBytes, actualBytes } = term;
      const residual = residualBytes(term);
      return {
        place,
        term: name,
        ...(predictedBytes === undefined ? {} : { predictedBytes }),
        ...(actualBytes === undefined ? {} : { actualBytes }),
        ...(residual === undefined ? {} : { residualBytes: residual }),
      };
    }),
    rates: rates.map(({ basePerSec: _, ...rate }) => rate),
    ...(times ? { times: { loadMs: times.loadMs, firstTokenMs: times.firstTokenMs } } : {}),
  };
}
