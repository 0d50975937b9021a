export type { Asking, Here, RunsOf } from "./asking.ts";
export { withDraft } from "./beside-draft.ts";
export { catalogAsking, FILE } from "./catalog-asking.ts";
export { withChosenFileType } from "./chosen-file-type.ts";
export { checkDraft, type Drafting, draftingOf } from "./drafting.ts";
export { type FoundProjector, mediaOf } from "./media.ts";
export { machineByHand, machineFor, type PlannedMachine, rigFor } from "./machine.ts";
export { type BeforeOf, fitQuestion, type FitQuestion } from "./question.ts";
export { refuseEmbedder } from "./refuse-embedder.ts";
