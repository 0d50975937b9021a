import { FILE_TYPE_NAMES } from "../../../src/facts/recipe/index.ts";
import type { Option } from "./choose.tsx";
import { FILE_TYPES } from "./flag-values.ts";

const usual = new Set(FILE_TYPES.map(({ value }) => value));

/** Every file type that a recipe is known for, the usual ones first. */
export const allFileTypes: readonly Option[] = [
  ...FILE_TYPES,
  ...FILE_TYPE_NAMES.filter((value) => !usual.has(value)).map((value) => ({ value, label: value })),
];
