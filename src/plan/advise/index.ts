export type { Arrangement } from "./arrangement.ts";
export { arrangements } from "./arrangements.ts";
