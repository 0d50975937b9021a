export type * from "./memory.ts";
