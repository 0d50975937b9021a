import { boardFor } from "../../../../facts/hardware/boards/index.ts";
import type { CardLimits, Candidate } from "../question.ts";
import { driverCheck, heatCheck, idleCheck, noiseCheck } from "./bearing.ts";
import type { Check, Checked } from "./check.ts";
import { connectorsCheck, peaksCheck, powerCheck } from "./power.ts";
import { priceCheck } from "./price.ts";
import { coolingCheck, formCheck, lanesCheck, lengthCheck, slotsCheck } from "./room.ts";

export { holds, isWhole, type Check, type CheckKey } from "./check.ts";
export { loadWatts } from "./power.ts";

/** All boring constraints of a device, one or two of it. */
export function checksOf({ row, sizeBytes, count, rig }: Candidate, limits: CardLimits): Check[] {
  const checked: Checked = { row, board: boardFor(row.id), sizeBytes, count, limits };
  return [
    formCheck(checked),
    powerCheck(checked),
    peaksCheck(checked),
    connectorsCheck(checked),
    lengthCheck(checked),
    slotsCheck(checked),
    coolingCheck(checked),
    noiseCheck(checked),
    idleCheck(checked),
    heatCheck(checked),
    lanesCheck(checked),
    driverCheck(checked, rig.host.os),
    priceCheck(checked),
  ];
}
