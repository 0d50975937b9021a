export { leftOf } from "./amount.ts";
export { heldOfCard } from "./held-by-drivers.ts";
export { heldOfHost } from "./held-by-systems.ts";
export { leastLimitBytes, raisedLimit, unifiedLimit, type RaisedLimit } from "./unified.ts";
export { visibleMemory } from "./visible.ts";
