export type { Check, CheckKey } from "./checks/index.ts";
export type { Placed } from "./placed.ts";
export { priceKey, type CardLimits, type CardsQuestion, type PowerSupply, type Price } from "./question.ts";
export { rankCards, type CardsOptions, type CardsRanking, type RankedCard } from "./rank-cards.ts";
export type { Size, SmallestRig } from "./smallest.ts";
