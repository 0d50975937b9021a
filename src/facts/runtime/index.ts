export type * from "./llamacpp.ts";
