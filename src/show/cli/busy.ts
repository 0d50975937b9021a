import { availableParallelism, loadavg } from "node:os";
import { formatNumber } from "../../facts/units/index.ts";

/** Above this share of the cores somebody else is at work. */
const BUSY_SHARE = 0.6;

/** Other programs at work, as the system's load over the last minute says; Windows says none. */
export function busyNotes(advice: string): string[] {
  const [load, cores] = [loadavg()[0]!, availableParallelism()];
  if (load <= BUSY_SHARE * cores) return [];
  return [
    `other programs are at work here (load ${formatNumber(load, 2)} on ${cores} core${cores === 1 ? "" : "s"}): ` +
      `these figures are of a busy machine; ${advice}`,
  ];
}
