export { readJsonBody } from "./body.ts";
export { type Caller, keyCheck } from "./keys.ts";
export { deadlineOf, laneOf } from "./lane-of.ts";
export { isLoopback, originCheck } from "./origin.ts";
