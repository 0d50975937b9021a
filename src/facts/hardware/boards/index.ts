export { efficientWatts, hotSpotOf, idleOf, machineOf, noiseOf, parkingOf } from "./bearing.ts";
export type { Board, Connector, LaunchPrice } from "./board.ts";
export { CONNECTOR_WATTS, MEASURED_PEAKS, PARTNER_LENGTH, POWER_RULES, SUPPLIES_SOLD } from "./power.ts";
export { boardFor } from "./rows.ts";
export { supportOf, systemsOf } from "./support.ts";
