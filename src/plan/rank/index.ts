export { bestAtHand, READING_PACE, type Candidate } from "./at-hand.ts";
export { type RankedModel, type Ranking, rankModels, type RankModel, type RankOptions } from "./catalog.ts";
