/** What a decoder of Ollama's own engine does besides. */
export interface OwnGraph {
  readonly scalesEmbedding: boolean;
  readonly normsHeads: boolean;
  readonly scalesQuery: boolean;
  /** a norm behind attention and one behind the feed-forward, before they are added */
  readonly normsAfter: boolean;
}

/**
 * Decoders of Ollama v0.17.4 (model/models/gemma3, qwen3, llama), by architecture. Gemma 3 was compared with its own log; Llama is as
 * read: it goes to llama.cpp unless OLLAMA_NEW_ENGINE is set, and was not run so. All others that it runs itself are predicted within an
 * interval.
 */
export const OWN_GRAPHS: Readonly<Record<string, OwnGraph>> = {
  gemma3: { scalesEmbedding: true, normsHeads: true, scalesQuery: true, normsAfter: true },
  llama: { scalesEmbedding: false, normsHeads: false, scalesQuery: false, normsAfter: false },
};
