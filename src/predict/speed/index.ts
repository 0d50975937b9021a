export type * from "./speed.ts";
