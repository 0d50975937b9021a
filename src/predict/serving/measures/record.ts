/** What happened to one request, measured or simulated. All times are milliseconds of one clock. */
export interface RequestRecord {
  readonly id: number;
  readonly lane?: string;
  readonly session?: number;
  readonly turn?: number;
  /** when it was due */
  readonly scheduledMs: number;
  /** when its first byte was given to the network (to the queue, where simulated) */
  readonly sentMs: number;
  /** first event of any kind, one that says only the role too; some tools count from it */
  readonly firstEventMs?: number;
  /** first event that holds text, thought or a call */
  readonly firstMs?: number;
  /** arrival of each event that holds text, ascending, the first included. An event may hold several tokens. */
  readonly tokenMs: Float64Array;
  /** end of the stream, failure or cut */
  readonly endMs: number;
  /** as the server counted; as planned where it did not say */
  readonly promptTokens: number;
  readonly cachedTokens?: number;
  /** as the server counted; events where it did not say */
  readonly outputTokens: number;
  /** unfinished: still running when the measurement ended; left out it would make tails look short */
  readonly outcome: "ok" | "failed" | "unfinished";
  readonly error?: string;
}
