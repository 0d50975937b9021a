import type { BenchAnswer, BenchPoint, BenchRequest } from "../../../plan/answer/index.ts";
import type { Doubt, RequestRecord } from "../../../predict/serving/index.ts";
import type { CliContext } from "../context.ts";
import { machineOf } from "../machine.ts";
import { openOrNote } from "../receipts-at-hand.ts";
import type { Progress } from "../text/progress.ts";
import type { BenchFlags } from "./flags.ts";
import { besidePrediction, keepRates, ratesOf } from "./keep-rates.ts";
import { benchServer, type Side } from "./sides.ts";
import { askedHere, servedHere } from "./this-machine.ts";

/** A client that other programs kept from its work says nothing of the server; a schedule that was late does not touch gaps. */
const SPOILS = new Set<Doubt["why"]>(["client-headroom", "event-loop-lag", "clumped"]);

/**
 * Where a server of this machine answered: its settings, its rates beside the prediction, and a receipt of them. Elsewhere the answer
 * stays as it is. `stored`: the file that the run is going to be kept in.
 */
export async function learned(
  context: CliContext,
  flags: BenchFlags,
  parts: {
    readonly answer: BenchAnswer;
    readonly side: Side;
    readonly stored: string | undefined;
    readonly progress: Progress;
    /** other programs that were at work when it began */
    readonly busy: readonly string[];
  },
): Promise<BenchAnswer> {
  const { answer, side, stored, progress } = parts;
  const asked = await askedHere(context, flags, side, progress);
  if (asked === undefined) return answer;
  progress.update("comparing with the prediction ...");
  const machine = await machineOf(context);
  const receipts = await openOrNote(context, machine.folders.data);
  try {
    const here = servedHere(asked, machine, receipts);
    const points = answer.points.filter(({ summary }) => !summary.doubts.some(({ why }) => SPOILS.has(why)));
    const alone = points.length === 0 ? undefined : side.alone;
    const rates = besidePrediction(ratesOf(points.map(recordsOf), alone), here.pace);
    const receipt =
      receipts && rates.length > 0 ? keepRates(context, { machine, receipts, here, rates, stored }) : undefined;
    return {
      ...answer,
      endpoint: { ...answer.endpoint, server: benchServer(here.server) },
      rates,
      ...(receipt ? { receipt } : {}),
      notes: [...answer.notes, ...here.assumptions, ...(receipt ? parts.busy : [])],
    };
  } finally {
    receipts?.close();
  }
}

export function recordsOf({ requests }: BenchPoint): RequestRecord[] {
  return requests.map((request: BenchRequest) => ({ ...request, tokenMs: Float64Array.from(request.tokenMs) }));
}
