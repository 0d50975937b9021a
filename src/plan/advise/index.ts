export type { Arrangement, RequestOn } from "./arrangement.ts";
export { arrangements } from "./arrangements.ts";
