/** The words of a run's page, as docs/measures.md defines them. */
export const DEFINITIONS: readonly (readonly [word: string, meaning: string])[] = [
  [
    "first token",
    "From sending a request (of a schedule: from when it was due) to the first event that holds text, thought or a call.",
  ],
  ["gap", "Time between one event with text and the next; all gaps of all answers are pooled, each is one value."],
  [
    "time per token",
    "Of each answer: the time from its first to its last event by the tokens after the first. One value a request.",
  ],
  ["whole answer", "From sending (or from when it was due) to the end of the stream."],
  [
    "tokens/s",
    "Output tokens that arrived between the first and the last send, by that time: what drains at the end is left out. Where that is not known, all output tokens from the first send to the last end.",
  ],
  [
    "p50, p95, p99",
    "Percentiles by linear interpolation between order statistics; p99 of fewer than 100 values is all but their maximum.",
  ],
  [
    "warm-up",
    "Users' first requests, or the first tenth of a schedule: sent, kept in the file, and counted in nothing.",
  ],
  [
    "valid",
    "The client sent at least 98% of the rate, no later than 10 ms (p99), and was itself within what it had been found right at.",
  ],
  ["knee", "The load with the most tokens a second by the time an answer takes."],
  ["prompt cache", "Prompt tokens that the server says it had computed before, by all prompt tokens."],
  ["failed", "Requests that ended with an error or without text, and those still running when the measurement ended."],
  ["goodput", "Requests a second that kept every limit."],
];
