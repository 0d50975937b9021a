import type { Token } from "node-llama-cpp";
import type { ScoreRequest, TokenScore } from "../engine.ts";
import type { StepSequence } from "./sequences.ts";

/** Below the smallest probability that a float can hold; its logarithm stands for "as good as impossible". */
const LEAST = 1e-45;

/**
 * Evaluates tokens and reads at each the distribution of the next. The library hands out the whole vocabulary at every
 * position, likeliest first; its floats are added up in doubles here and divided by their sum, since the sum of many floats
 * is off by some 1e-4 on a large vocabulary. What is not kept is let go at once: a batch of vocabularies would take gigabytes.
 */
export async function scoreTokens(
  sequence: StepSequence,
  { tokens, from, to, top }: Omit<ScoreRequest, "tokens"> & { readonly tokens: readonly Token[] },
): Promise<TokenScore[]> {
  const first = Math.max(1, from);
  const end = Math.min(to, tokens.length);
  await sequence.adaptStateToTokens(tokens.slice(0, first - 1), false);
  const held = Math.min(sequence.nextTokenIndex, first - 1);
  if (held < first - 1) await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(held, first - 1));
  const scores: TokenScore[] = [];
  const input = tokens
    .slice(first - 1, end - 1)
    .map((id): [Token, { generateNext: { probabilities: true } }] => [id, { generateNext: { probabilities: true } }]);
  await sequence.controlledEvaluate(input, {
    onTokenResult(index, { next }) {
      if (next.probabilities) scores[index] = scoreOf(next.probabilities, tokens[first + index]!, top);
      delete next.probabilities;
    },
  });
  return scores;
}

/** A number as a token of the library's. */
export function token(id: number): Token {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the library brands its numbers and exports no way to make one
  return id as Token;
}

function scoreOf(probabilities: ReadonlyMap<Token, number>, actual: Token, top: number): TokenScore {
  let total = 0;
  for (const probability of probabilities.values()) total += probability;
  const logTotal = Math.log(total);
  const count = Math.min(top, probabilities.size);
  const topIds = new Uint32Array(count);
  const topLogProbs = new Float32Array(count);
  let at = 0;
  for (const [id, probability] of probabilities) {
    if (at === count) break;
    topIds[at] = id;
    topLogProbs[at] = Math.log(Math.max(probability, LEAST)) - logTotal;
    at += 1;
  }
  return { logProb: Math.log(Math.max(probabilities.get(actual) ?? 0, LEAST)) - logTotal, topIds, topLogProbs };
}
