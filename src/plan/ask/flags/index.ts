export { againstQuestion } from "./against.ts";
export { type CardFlags, needsModel } from "./card-flags.ts";
export type { DeviceFlags } from "./device-flags.ts";
export { draftFlagOf, draftFlags, type DraftFlags, MOST_DRAFT_TOKENS } from "./draft-flags.ts";
export { type FrontierFlags } from "./frontier-flags.ts";
export { lengthWords, longest, OUTPUT, PROMPT } from "./lengths.ts";
export { loadFlags } from "./load-flags.ts";
export { lengthsOf, targetsOf } from "./load-words.ts";
export { bringsMedia, type MediaFlags } from "./media.ts";
export { MOST_IMAGES, mediaFlags } from "./media-flags.ts";
export { nearest } from "./nearest.ts";
export { needModel } from "./need-model.ts";
export {
  CACHE_TYPES,
  oneOf,
  planFlags,
  type PlanFlags,
  runtimeFlags,
  type RuntimeFlags,
  wishesOf,
} from "./plan-flags.ts";
export { ANSWER_TOKENS, promptOf, roomOf } from "./prompt-flags.ts";
export type { ModelFlags, OffloadFlags, QuantsFlags, QuestionFlags } from "./question-flags.ts";
export { type Flags, readFlags } from "./read-flags.ts";
export { READING_TARGETS } from "./reading-targets.ts";
export { BACKENDS, describesRig, rigArguments, rigFlags, type RigFlags, SYSTEMS } from "./rig-flags.ts";
export { embeddedRuntime, type Runtime, type RuntimeName, RUNTIMES, serverRuntime } from "./runtime.ts";
export { fitFlags, quant } from "./fit-flags.ts";
export { QUESTION_FLAGS } from "./tables.ts";
export { joinCounts } from "./typed-counts.ts";
export { typedFlags } from "./typed-flags.ts";
export { type DiskRate, flagBesideModel, USUAL_DISK, type WantedFlags, wantedOf } from "./wanted-flags.ts";
