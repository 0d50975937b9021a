import {
  efficientWatts,
  idleOf,
  machineOf,
  noiseOf,
  parkingOf,
  POWER_RULES,
  supportOf,
} from "../../../../facts/hardware/boards/index.ts";
import { formatNumber } from "../../../../facts/units/index.ts";
import { isWhole, times, type Check, type Checked } from "./check.ts";
import { loadWatts } from "./power.ts";

export function noiseCheck({ row, board }: Checked): Check {
  const known = noiseOf(row.id);
  if (known) {
    const { noise, said, source } = known;
    return { key: "noise", verdict: noise === "quiet" ? "passes" : "mind", because: `${noise}: ${said}`, source };
  }
  if (board.cooling === "passive")
    return { key: "noise", verdict: "mind", because: "loud: what cools a card without fans is", recalled: true };
  if (board.cooling === "blower")
    return { key: "noise", verdict: "mind", because: "louder than open fans at the same power", recalled: true };
  return { key: "noise", verdict: "unknown", because: "nobody's measurement of its noise is in the table" };
}

export function idleCheck({ row, count }: Checked): Check {
  const known = idleOf(row.id);
  const parked = parkingOf(row.id);
  if (known) {
    const { watts, machine, note, source } = known;
    const whole = machine ? ", the whole machine" : "";
    const because = `${times(count)}${range(watts)} W when idle${whole}${note === undefined ? "" : `; ${note}`}`;
    return { key: "idle", verdict: "mind", because, ...(source === undefined ? { recalled: true } : { source }) };
  }
  if (!parked) return { key: "idle", verdict: "unknown", because: "what it draws when idle is not in the table" };
  const because = `${times(count)}${range(parked.watts)} W more while a model is loaded; without one it is not in the table`;
  return { key: "idle", verdict: "unknown", because, source: parked.source };
}

function range([least, most]: readonly [number, number]): string {
  return least === most ? `${least}` : `${least} to ${most}`;
}

/** 3.412 BTU per hour a watt: everything drawn ends as heat. */
const BTU_PER_HOUR = 3.412;

export function heatCheck(checked: Checked): Check {
  const load = loadWatts(checked);
  if (load === undefined) return { key: "heat", verdict: "unknown", because: "its power is not known" };
  const efficient = efficientWatts(checked.row.id);
  const less = efficient ? `; limited to ${efficient.watts[0]} to ${efficient.watts[1]} W a card it loses little` : "";
  const socket = load > POWER_RULES.socket.value ? "; more than a 120 V socket carries without end (1,440 W)" : "";
  const laptop = checked.row.class === "laptop";
  const machine = machineOf(checked.row.id);
  const whole = laptop
    ? "its GPU alone; the rest of the laptop comes on top"
    : isWhole(checked)
      ? "the machine"
      : "card, processor and rest";
  const because = `${formatNumber(load)} W into the room at full load (${formatNumber(load * BTU_PER_HOUR)} BTU/h): ${whole}${less}${socket}`;
  const source = efficient?.source ?? machine?.source;
  const stated = checked.row.boardWatts?.basis === "table" || machine?.most !== undefined;
  return {
    key: "heat",
    verdict: "mind",
    because,
    ...(source === undefined ? {} : { source }),
    ...(stated ? {} : { recalled: true }),
  };
}

/** Whether the runtime runs on the chip under the system, and with what. */
export function driverCheck({ row, limits }: Checked, system: NonNullable<Checked["limits"]["system"]>): Check {
  const asked = limits.system === undefined ? {} : { asked: true as const };
  const known = supportOf(row, system);
  if (!known)
    return {
      key: "driver",
      verdict: "unknown",
      because: "no row says what runs on this chip under this system",
      ...asked,
    };
  const { runs, said, source, recalled } = known;
  // to be minded is to run: only what is not known or does not run leaves a device out
  const verdict = runs === "yes" || asked.asked ? "passes" : "mind";
  return { key: "driver", verdict, because: said, source, ...(recalled ? { recalled } : {}), ...asked };
}
