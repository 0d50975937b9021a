export * from "./format.ts";
export * from "./likeness.ts";
export * from "./parse.ts";
export * from "./seeded-random.ts";
