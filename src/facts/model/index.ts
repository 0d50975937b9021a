export type * from "./geometry.ts";
export { geometryFromGguf, parameterCount } from "./gguf-geometry.ts";
