import { CACHE_TYPES as TYPES, RUNTIMES as PROGRAMS } from "../../../src/plan/ask/flags/index.ts";
import { GOAL_NAMES } from "../../../src/plan/fit/index.ts";
import { USUAL_FILE_TYPES } from "../../../src/plan/search/index.ts";
import type { Option } from "./choose.tsx";

// What flags take, from where the command line has it.

const same = (value: string): Option => ({ value, label: value });
const free: Option = { value: "", label: "let it choose" };

export const GOALS: readonly Option[] = GOAL_NAMES.map(same);
export const CACHE_TYPES: readonly Option[] = [free, ...TYPES.map(same)];
export const RUNTIMES: readonly Option[] = [{ value: "", label: "the usual one" }, ...PROGRAMS.map(same)];
export const FILE_TYPES: readonly Option[] = USUAL_FILE_TYPES.map(same);
