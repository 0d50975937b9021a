/** What a request asks of the null server, beside what it would ask of a real one. */
export interface NullAsked {
  readonly max_tokens?: number;
  /** its newer name */
  readonly max_completion_tokens?: number;
  readonly messages?: readonly { readonly content?: string }[];
  readonly null_ttft_ms?: number;
  readonly null_gap_ms?: number;
  /** gaps vary by this share to both sides */
  readonly null_jitter?: number;
  /** breaks the connection after the answer although it promised to keep it, as llama-server does */
  readonly null_close?: boolean;
}

/** Times on the monotonic clock. */
export interface NullRecord {
  readonly receivedMs: number;
  /** each event with text, just before its write */
  readonly sentMs: number[];
  endMs?: number;
}

/** By the request's id. */
export type NullLog = Readonly<Record<string, NullRecord>>;
