/** A distribution over a vocabulary of which only the likeliest candidates are told apart. Natural logarithms. */
export interface Candidates {
  /** likeliest first */
  readonly topIds: Uint32Array;
  readonly topLogProbs: Float32Array;
}

export interface Divergence {
  /** nats */
  readonly kl: number;
  /** probability, by the reference, of the candidates that both tell apart */
  readonly covered: number;
  /** do both find the same candidate likeliest? */
  readonly sameTop: boolean;
}

/**
 * Kullback-Leibler divergence of `other` from `reference`, sum of p ln(p / q) over the candidates both tell apart and over all
 * the rest as one more. Lumping can only lower it (data processing inequality), by what hides in the rest; with the whole
 * vocabulary told apart it is exact.
 */
export function divergence(reference: Candidates, other: Candidates): Divergence {
  const others = new Map<number, number>();
  other.topIds.forEach((id, index) => others.set(id, other.topLogProbs[index]!));
  let kl = 0;
  let covered = 0;
  let coveredByOther = 0;
  reference.topIds.forEach((id, index) => {
    const logQ = others.get(id);
    if (logQ === undefined) return;
    const logP = reference.topLogProbs[index]!;
    kl += Math.exp(logP) * (logP - logQ);
    covered += Math.exp(logP);
    coveredByOther += Math.exp(logQ);
  });
  const rest = 1 - covered;
  const restOfOther = 1 - coveredByOther;
  // a rest below what floats of the covered sum can tell from nothing is no rest
  if (rest > REST && restOfOther > REST) kl += rest * Math.log(rest / restOfOther);
  else if (rest > REST) kl += rest * Math.log(rest / REST);
  return { kl: Math.max(0, kl), covered: Math.min(1, covered), sameTop: reference.topIds[0] === other.topIds[0] };
}
const REST = 1e-6;
