import {
  CONNECTOR_WATTS,
  efficientWatts,
  machineOf,
  MEASURED_PEAKS,
  POWER_RULES,
  SUPPLIES_SOLD,
  type Connector,
} from "../../../../facts/hardware/boards/index.ts";
import { formatNumber } from "../../../../facts/units/index.ts";
import { ask, isWhole, times, WHOLE, type Check, type Checked } from "./check.ts";

const { rest, processor, headroom, largeCard, olderPeak, cardPeak, supplyPeak, slot } = POWER_RULES;
const BESIDE_WATTS = processor.value + rest.value;

/**
 * Power that cards and machine draw under load, at their limits; undefined where a card's is not known. A machine's own where it is
 * whole: of laptops the table has the least that the maker lets their chip draw, which says little of the machine.
 */
export function loadWatts(checked: Pick<Checked, "row" | "board" | "count">): number | undefined {
  const { row, count } = checked;
  const most = machineOf(row.id)?.most;
  if (most !== undefined) return most;
  if (row.boardWatts === undefined || row.class === "laptop") return undefined;
  return row.boardWatts.watts * count + (isWhole(checked) ? 0 : BESIDE_WATTS);
}

/** Sustained power against the supply's headroom. */
export function powerCheck(checked: Checked): Check {
  const { row, board, count, limits } = checked;
  const asked = ask(limits.supply);
  if (isWhole(checked)) return { key: "power", verdict: "passes", because: WHOLE, ...asked };
  const sum = loadWatts(checked);
  if (sum === undefined || row.boardWatts === undefined)
    return { key: "power", verdict: "unknown", because: "its power is not known", ...asked };
  const need = headroom.value * sum;
  const sold = SUPPLIES_SOLD.find((size) => size >= need);
  const arithmetic = `${headroom.value} x (${times(count)}${row.boardWatts.watts} W + ${processor.value} W processor + ${rest.value} W rest) = ${watts(need)}`;
  const makers = board.makersPsuWatts === undefined ? "" : `; its maker asks for ${board.makersPsuWatts} W (recalled)`;
  const size = sold === undefined ? "more than one supply gives" : `a supply of ${sold} W`;
  const basis = row.boardWatts.basis === "table" ? {} : { recalled: true as const };
  const { supply } = limits;
  return {
    key: "power",
    verdict: supply === undefined ? "mind" : need <= supply.watts ? "passes" : "fails",
    because:
      supply === undefined
        ? `${arithmetic}: ${size}${makers}`
        : `${arithmetic}, of ${supply.watts} W${makers}${need <= supply.watts ? "" : limited(row.id, count, supply.watts)}`,
    source: headroom.source,
    ...basis,
    ...asked,
  };
}

/** What a card that is too much would need when it is limited to what costs it little. */
function limited(id: string, count: number, supplyWatts: number): string {
  const least = efficientWatts(id)?.watts[0];
  if (least === undefined) return "";
  const need = headroom.value * (least * count + BESIDE_WATTS);
  return need > supplyWatts ? "" : `; limited to ${least} W, which costs it little, it needs ${watts(need)}`;
}

/** Short peaks: a large card draws a multiple of its power for a moment, and an older supply takes that for a fault. */
export function peaksCheck(checked: Checked): Check {
  const { row, count, limits } = checked;
  const { supply } = limits;
  const asked = ask(supply);
  if (isWhole(checked)) return { key: "peaks", verdict: "passes", because: WHOLE, ...asked };
  const one = row.boardWatts?.watts;
  if (one === undefined) return { key: "peaks", verdict: "unknown", because: "its power is not known", ...asked };
  if (one <= largeCard.value) {
    const because = `a card of ${one} W: the headroom holds its peaks`;
    return { key: "peaks", verdict: "passes", because, source: largeCard.source, ...asked };
  }
  const measured = MEASURED_PEAKS[row.id]?.said;
  const more = measured === undefined ? "" : ` (${measured})`;
  const older = olderPeak.value * count * one + BESIDE_WATTS;
  const peak = cardPeak.value * count * one + BESIDE_WATTS;
  if (supply === undefined) {
    const because = `above ${largeCard.value} W: a supply after ATX 3.x, or an older one of ${watts(older)}${more}`;
    return { key: "peaks", verdict: "mind", because, source: olderPeak.source };
  }
  if (older <= supply.watts) {
    const because = `${olderPeak.value} x ${times(count)}${one} W + ${BESIDE_WATTS} W = ${watts(older)}, which any supply of ${supply.watts} W bears${more}`;
    return { key: "peaks", verdict: "passes", because, source: olderPeak.source, ...asked };
  }
  const borne = peak <= supplyPeak.value * supply.watts;
  const arithmetic = `${cardPeak.value} x ${times(count)}${one} W + ${BESIDE_WATTS} W = ${watts(peak)} for 100 us, of ${supplyPeak.value} x ${supply.watts} W${more}`;
  const source = `${cardPeak.source}; ${supplyPeak.source}`;
  if (!borne || supply.atx === 3) {
    return { key: "peaks", verdict: borne ? "passes" : "fails", because: arithmetic, source, ...asked };
  }
  if (supply.atx === 2) {
    const because = `an older supply would need ${watts(older)}, and has ${supply.watts} W${more}`;
    return { key: "peaks", verdict: "fails", because, source: olderPeak.source, ...asked };
  }
  const because = `borne by a supply after ATX 3.x, which was not said (--psu ${supply.watts}W:atx3)${more}`;
  return { key: "peaks", verdict: "unknown", because, source, ...asked };
}

/** Whether cables bring what the card draws, and which. */
export function connectorsCheck(checked: Checked): Check {
  const { row, board, count } = checked;
  if (isWhole(checked)) return { key: "connectors", verdict: "passes", because: WHOLE };
  const drawn = row.boardWatts?.watts;
  if (drawn === undefined) return { key: "connectors", verdict: "unknown", because: "its power is not known" };
  if (board.connectors === undefined) {
    if (drawn > slot.value) return { key: "connectors", verdict: "unknown", because: "its connectors are not known" };
    const because = `${drawn} W, which a slot carries (${slot.value} W)`;
    return { key: "connectors", verdict: "passes", because, source: slot.source, recalled: true };
  }
  const carried = slot.value + board.connectors.reduce((sum, each) => sum + each.count * carries(each), 0);
  const names = board.connectors.map((each) => `${each.count * count} x ${each.kind}`).join(" + ");
  const each = count === 1 ? "" : " each";
  const source = [...new Set(board.connectors.map(({ kind }) => CONNECTOR_WATTS[kind].source))].join("; ");
  if (carried < drawn) {
    const because = `the table has ${names}, which with the slot carry ${carried} W of ${drawn} W: it lacks something`;
    return { key: "connectors", verdict: "unknown", because, source, recalled: true };
  }
  const notes = board.connectors.flatMap(({ kind }) => NOTES[kind] ?? []);
  const because = [`${names}: ${carried} W with the slot, for ${drawn} W${each}`, ...notes].join("; ");
  return { key: "connectors", verdict: notes.length > 0 ? "mind" : "passes", because, source, recalled: true };
}

const NOTES: Readonly<Record<string, string>> = {
  "12-pin": "the maker's board has it, partners' have 8-pin ones",
  "16-pin": "supplies after ATX 3.x have it, others need an adapter of several 8-pin",
  "8-pin EPS": "as processors have it, no 8-pin of graphics cards: an adapter or a second cable",
};

function carries({ kind }: Connector): number {
  return CONNECTOR_WATTS[kind].value;
}

function watts(value: number): string {
  return `${formatNumber(Math.ceil(value), 4)} W`;
}
