export { onlyWanted, type DeclaredFacts, type LeftOut, type Wanted } from "./wanted.ts";
export { bestAtHand, READING_PACE, type Candidate } from "./at-hand.ts";
export { type RankedModel, type Ranking, rankModels, type RankModel, type RankOptions } from "./catalog.ts";
export { workedRows, type WorkedCell, type WorkedRow } from "./worked.ts";
