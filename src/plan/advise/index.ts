export type { Arrangement } from "./arrangement.ts";
export { arrangements } from "./arrangements.ts";
export { offload, type Offload } from "./offload.ts";
export type { ChatEnd } from "./offload-ends.ts";
export type { OffloadException } from "./offload-exceptions.ts";
export type { CardCandidate, Instead } from "./offload-instead.ts";
export type { OffloadQuestion } from "./offload-question.ts";
export type { BatchUse, ChatUse, JobEnergy, Rung, RungKind } from "./offload-rung.ts";
