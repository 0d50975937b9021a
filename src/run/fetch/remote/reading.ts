import type { HttpLimits, Retries } from "../../source/index.ts";
import type { KeptBytes } from "./kept.ts";

/** How remote headers are read: what all files of one question share. */
export interface Reading {
  readonly kept: KeptBytes;
  /** the person has said that the network is not to be used */
  readonly offline: boolean;
  readonly signal?: AbortSignal;
  readonly retries?: Retries;
  readonly limits?: Partial<HttpLimits>;
  /** called with the bytes of each answer */
  readonly onBytes?: (bytes: number) => void;
  /** called with what a person should know: a listing that is not fresh, a cache file that was damaged */
  readonly onNote?: (text: string) => void;
}

/**
 * Bytes read of one file, at most. The largest header known has 40 MB (a vocabulary of 262,144 tokens with a tokenizer beside
 * it); a file that claims more is damaged, and must not become a download.
 */
export const MOST_HEADER_BYTES = 96 * 2 ** 20;

/** What requests for a file have in common. */
export function requestOptions({ signal, retries, limits, onBytes }: Reading) {
  return {
    ...(signal ? { signal } : {}),
    ...(retries ? { retries } : {}),
    ...(limits ? { limits } : {}),
    ...(onBytes ? { onBytes } : {}),
  };
}
