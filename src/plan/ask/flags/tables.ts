import { cardFlags } from "./card-flags.ts";
import { draftFlags } from "./draft-flags.ts";
import { deviceFlags } from "./device-flags.ts";
import { fitFlags, prompt, quant } from "./fit-flags.ts";
import { frontierFlags } from "./frontier-flags.ts";
import { offloadFlags } from "./offload-flags.ts";
import { mediaFlags } from "./media-flags.ts";
import { answerLength, cached, planFlags, runtimeFlags } from "./plan-flags.ts";
import { rigFlags } from "./rig-flags.ts";
import { wantedFlags } from "./wanted-flags.ts";

/** What each question takes, in the order that help lists it; the command line adds what only it can do. */
export const QUESTION_FLAGS = {
  fit: { ...fitFlags, ...mediaFlags },
  explain: {
    ...planFlags,
    quant,
    ...runtimeFlags,
    ...rigFlags,
    prompt,
    against: {
      kind: "parsed",
      parse: String,
      brief: 'What a second loadout has otherwise: ":Q8_0 --gpu B"',
      optional: true,
    },
    answer: answerLength,
    cached,
    ...draftFlags,
    ...mediaFlags,
    disk: { ...wantedFlags.disk, brief: "What weights beyond the RAM are on: nvme, 3GB/s" },
  },
  quants: {
    goal: planFlags.goal,
    context: planFlags.context,
    users: planFlags.users,
    kvType: planFlags.kvType,
    build: runtimeFlags.build,
    ...rigFlags,
    models: planFlags.models,
    all: { kind: "boolean", brief: "Every scheme, not the usual ones alone", optional: true, withNegated: false },
    json: planFlags.json,
  },
  gpus: { json: planFlags.json, ...deviceFlags, ...cardFlags },
  offload: { ...planFlags, quant, ...runtimeFlags, ...rigFlags, ...offloadFlags },
  frontier: { ...frontierFlags, quant, build: runtimeFlags.build, ...rigFlags },
} as const;
