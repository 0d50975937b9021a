export { CACHE_TYPES } from "../../../src/show/cli/flags.ts";
export { RUNTIMES } from "../../../src/show/cli/runtime.ts";
