export { roundedTogether, summaryOf, type Summary } from "./summary.ts";
export type { Term, TermName } from "./terms.ts";
export { memoryDifferences, type TermDifference } from "./difference.ts";
