export { roundedTogether, summaryOf, type Summary } from "./summary.ts";
export { termsOf, type Term, type TermName } from "./terms.ts";
export { memoryDifferences, type TermDifference } from "./difference.ts";
