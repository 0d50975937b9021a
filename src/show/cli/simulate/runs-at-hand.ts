import { LoadoutError } from "../../../facts/errors/index.ts";
import type { MeasuredLoad, RepliedRun } from "../../../plan/advise/index.ts";
import type { Receipt, ReceiptStore } from "../../../run/receipt/index.ts";
import type { RunsOf } from "../../../plan/ask/question/index.ts";
import { measuredFile } from "./measured-runs.ts";

/** Of newer runs so many are shown. */
const MOST = 6;
/** Lengths within this factor of those that are asked about are the same load. */
const ALIKE = 1.3;

type Lengths = Parameters<RunsOf>[1];

/** Runs that receipts of a machine know of: whole ones of `bench`, and answers that were timed by themselves. */
export function runsAtHand(receipts: Pick<ReceiptStore, "list">, machine: string): RunsOf {
  return ({ engine, backend, model }, asked) =>
    runsIn(
      receipts
        .list({ machine, engine, backend })
        .filter((run) => run.model.name === model.name && run.model.fileBytes === model.fileBytes),
      asked,
    );
}

async function runsIn(receipts: readonly Receipt[], asked: Lengths): ReturnType<RunsOf> {
  const files = receipts.filter(({ bench }) => bench !== undefined).slice(0, MOST);
  const read = await Promise.all(files.map(({ id, bench }) => runsOf(id, bench!)));
  return {
    known: read.flat().filter(({ records }) => {
      const ok = records.filter(({ outcome }) => outcome === "ok");
      const mean = (of: (record: (typeof ok)[number]) => number) =>
        ok.reduce((sum, record) => sum + of(record), 0) / ok.length;
      return (
        alike(
          mean((one) => one.promptTokens),
          asked.promptTokens,
        ) &&
        alike(
          mean((one) => one.outputTokens),
          asked.outputTokens,
        )
      );
    }),
    replies: receipts.flatMap((receipt) => replyOf(receipt, asked)).slice(0, MOST),
  };
}

/** A file that is gone or damaged is no run. */
async function runsOf(id: number, path: string): Promise<readonly MeasuredLoad[]> {
  try {
    const { runs } = await measuredFile(path);
    return runs.map((run) => ({ ...run, receipt: id, name: `${run.name}, receipt ${id}` }));
  } catch (error) {
    if (error instanceof LoadoutError) return [];
    throw error;
  }
}

/** A single question and its answer: one user. */
function replyOf({ id, times, rates, bench }: Receipt, asked: Lengths): RepliedRun[] {
  const decode = rates.find(({ what }) => what === "decode");
  if (bench !== undefined || times === undefined || decode === undefined) return [];
  const { promptTokens, replyTokens, firstTokenMs } = times;
  if (!alike(promptTokens, asked.promptTokens) || !alike(replyTokens, asked.outputTokens)) return [];
  return [{ name: `1 user, receipt ${id}`, firstTokenMs, replyTokens, decodePerSec: decode.measuredPerSec }];
}

function alike(one: number, other: number): boolean {
  return one > 0 && other > 0 && Math.abs(Math.log(one / other)) <= Math.log(ALIKE);
}
