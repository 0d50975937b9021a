import { draftFlags } from "./draft-flags.ts";
import { answerLength, cached, planFlags, runtimeFlags } from "./plan-flags.ts";
import { rigFlags } from "./rig-flags.ts";
import { wantedFlags } from "./wanted-flags.ts";

/** The weights' file type, where a model is named without one. */
export const quant = {
  kind: "parsed",
  parse: String,
  brief: "File type: Q4_K_M, Q8_0, ...; also MODEL:Q4_K_M",
  optional: true,
} as const;

export const prompt = {
  kind: "parsed",
  parse: String,
  brief: "Prompt whose first token is timed: 512, 24k",
  optional: true,
} as const;

/** What `fit` takes: apart from the others, since a page reads them with its first question. */
export const fitFlags = {
  ...planFlags,
  quant,
  ...runtimeFlags,
  ...rigFlags,
  ...wantedFlags,
  prompt,
  answer: answerLength,
  cached,
  ...draftFlags,
  table: {
    kind: "boolean",
    brief: "Also all file types by contexts and users",
    optional: true,
    withNegated: false,
  },
} as const;
