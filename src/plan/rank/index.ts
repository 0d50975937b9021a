export { bestAtHand, READING_PACE, type Candidate } from "./at-hand.ts";
