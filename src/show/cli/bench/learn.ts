import type { BenchAnswer, BenchPoint, BenchRequest } from "../../../plan/answer/index.ts";
import type { Doubt, RequestRecord } from "../../../predict/serving/index.ts";
import { rigArguments } from "../../../plan/ask/flags/index.ts";
import { machineByHand, type PlannedMachine, rigFor } from "../../../plan/ask/question/index.ts";
import { isHere } from "../../../run/bench/load/index.ts";
import { beforeOf } from "../before.ts";
import type { CliContext } from "../context.ts";
import { homeOf, machineOf } from "../machine.ts";
import { openOrNote } from "../receipts-at-hand.ts";
import type { Progress } from "../text/progress.ts";
import type { BenchFlags } from "./flags.ts";
import { besidePrediction, keepRates, ratesOf } from "./keep-rates.ts";
import { benchServer, type Side } from "./sides.ts";
import { askedOf, servedOn } from "./this-machine.ts";

/** A client that other programs kept from its work says nothing of the server; a schedule that was late does not touch gaps. */
const SPOILS = new Set<Doubt["why"]>(["client-headroom", "event-loop-lag", "clumped"]);

/** What is known of a server before it is measured: a name that nobody knows is said before minutes are spent. */
export interface Known {
  readonly asked: Awaited<ReturnType<typeof askedOf>>;
  /** the machine that the flags describe, and those flags */
  readonly rig: { readonly machine: PlannedMachine; readonly typed: string } | undefined;
}

export async function knownOf(
  context: CliContext,
  flags: BenchFlags,
  side: Pick<Side, "target" | "server">,
  progress: Progress,
): Promise<Known> {
  const byHand = await rigFor(flags);
  return {
    asked: await askedOf(context, flags, side, progress),
    rig: byHand && { machine: machineByHand(byHand, flags), typed: rigArguments(flags) },
  };
}

/**
 * Where a server of this machine answered, or one of a rig that is described: its settings, its rates beside the prediction, and a
 * receipt of them. Elsewhere the answer stays as it is. `stored`: the file that the run is going to be kept in.
 */
export async function learned(
  context: CliContext,
  { asked, rig }: Known,
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
  if (asked === undefined)
    return rig
      ? { ...answer, notes: [...answer.notes, "no prediction beside: --of says which weights it runs"] }
      : answer;
  if (rig === undefined && !isHere(side.target.host)) {
    const notes = [...answer.notes, ...asked.assumptions, "no prediction beside: --gpu or --ram says what it runs on"];
    return { ...answer, endpoint: { ...answer.endpoint, server: benchServer(asked.server) }, notes };
  }
  progress.update("comparing with the prediction ...");
  const machine = rig ? rig.machine : await machineOf(context);
  const receipts = await openOrNote(context, (await homeOf(context)).folders.data);
  try {
    // a rig that is described is predicted as everywhere else: from what is published of it
    const served = servedOn(machine, asked, rig ? undefined : beforeOf(receipts, machine));
    const points = answer.points.filter(({ summary }) => !summary.doubts.some(({ why }) => SPOILS.has(why)));
    const alone = points.length === 0 ? undefined : side.alone;
    const rates = besidePrediction(ratesOf(points.map(recordsOf), alone), served.pace);
    const receipt = receipts && rates.length > 0 ? keepRates(context, { receipts, served, rates, stored }) : undefined;
    return {
      ...answer,
      endpoint: { ...answer.endpoint, server: benchServer(served.server) },
      ...(rig ? { rig: rig.typed } : {}),
      rates,
      ...(receipt ? { receipt } : {}),
      notes: [...answer.notes, ...served.assumptions, ...(receipt && !rig ? parts.busy : [])],
    };
  } finally {
    receipts?.close();
  }
}

export function recordsOf({ requests }: BenchPoint): RequestRecord[] {
  return requests.map((request: BenchRequest) => ({ ...request, tokenMs: Float64Array.from(request.tokenMs) }));
}
