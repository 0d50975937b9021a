export { roundedTogether, summaryOf, type Summary } from "./summary.ts";
export { termOf, termsOf, type Term, type TermName } from "./terms.ts";
export { memoryDifferences, type TermDifference } from "./difference.ts";
