import type { Geometry } from "./geometry.ts";

/** What a model keeps of a conversation, in elements; a layer that reads another's cache owns none. */
export interface KeptElements {
  /** of every token, by layers that see everything */
  readonly perToken: number;
  /** of every token inside the window, by layers with one */
  readonly perWindowToken: number;
  /** longest window, tokens; 0 without */
  readonly window: number;
  /** of every conversation, whatever its length */
  readonly state: number;
}

export function keptElements({ layers, cacheless }: Geometry): KeptElements {
  const sums = { perToken: 0, perWindowToken: 0, window: 0, state: 0 };
  if (cacheless) return sums;
  for (const { mixer } of layers) {
    const attention = mixer.kind === "parallel" ? mixer.attention : mixer;
    const recurrent = mixer.kind === "parallel" ? mixer.recurrent : mixer;
    if (attention.kind === "mla") sums.perToken += attention.latentLength + attention.ropeLength;
    if (attention.kind === "attention" && attention.cacheFrom === undefined) {
      const elements = attention.kvHeads * (attention.keyLength + attention.valueLength);
      sums[attention.span === "full" ? "perToken" : "perWindowToken"] += elements;
      sums.window = Math.max(sums.window, attention.window ?? 0);
    }
    if (recurrent.kind === "recurrent") sums.state += recurrent.convolutionState + recurrent.recurrentState;
    if (recurrent.kind === "convolution") sums.state += recurrent.convolutionState;
  }
  return sums;
}
