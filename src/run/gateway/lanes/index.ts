export { LaneDesk, type LaneTicket, type Policy } from "./desk.ts";
export { LaneDesks } from "./desks.ts";
