import { HOST, type Claims, type Room, type Run } from "../../../run/gateway/index.ts";
import type { Machine } from "../machine.ts";

/** Other runs of Loadout as they were when this one planned. */
export interface Beside {
  readonly runs: readonly Run[];
  /** what they take and what does not show in what is free */
  readonly taken: Room;
}

export async function besideOthers(claims: Claims, runs: readonly Run[]): Promise<Beside> {
  return { runs, taken: await claims.taken(runs) };
}

/** The machine with what other runs leave of its RAM: mapped weights and caches that fill later are free until they are used. */
export function besideThem(machine: Machine, { taken }: Beside): Machine {
  const { rig } = machine.report;
  const availableBytes = Math.max(0, rig.host.availableBytes - (taken.get(HOST) ?? 0));
  return { ...machine, report: { ...machine.report, rig: { ...rig, host: { ...rig.host, availableBytes } } } };
}
