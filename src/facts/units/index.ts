export * from "./format.ts";
export * from "./parse.ts";
