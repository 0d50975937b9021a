import type { CacheType } from "../../src/facts/runtime/index.ts";

/** What is asked of everyone: a file, and settings of one context with all layers on one device. */
export interface PeerQuestion {
  readonly path: string;
  readonly layers: number;
  readonly context: number;
  readonly batch: number;
  readonly microBatch: number;
  readonly sequences: number;
  readonly flashAttention: boolean;
  readonly fullWindow: boolean;
  readonly cacheTypeK: CacheType;
  readonly cacheTypeV: CacheType;
}

/** Bytes by term; a term that a peer does not give apart is absent. */
export interface Sizes {
  readonly weights?: number;
  /** keys, values and recurrent states */
  readonly cache?: number;
  readonly compute?: number;
  /** cache and compute, where a peer gives no more than both together */
  readonly context?: number;
}

export type PeerAnswer = Sizes | { readonly refused: string };

export interface Peer {
  readonly name: string;
  /** answers in the order of the questions, or what has to be there first */
  ask(questions: readonly PeerQuestion[], cache: string): Promise<readonly PeerAnswer[] | { readonly absent: string }>;
}
