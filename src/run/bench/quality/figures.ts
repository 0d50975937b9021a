import {
  bootstrapMean,
  divergence,
  mcnemar,
  pairedDifference,
  shareOf,
  type Block,
  type Measured,
} from "../../../predict/estimate/index.ts";
import { seededRandom } from "../../../facts/units/index.ts";
import type {
  PassageFigures,
  ProbeComparison,
  ProbeFigures,
  QualityComparison,
  QualityFigures,
  QualityProbe as Probe,
} from "../../../plan/answer/index.ts";
import type { QualityRun } from "./measure.ts";
import { PROBES, type Suite } from "./suite.ts";

/** Tokens whose scores are drawn together: neighbours in a text are not independent. */
const BLOCK_TOKENS = 16;
/** So that the same results give the same intervals. */
const SEED = 1;

/** What a run says by itself. */
export function figuresOf(run: QualityRun, suite: Suite): QualityFigures {
  const blocks = run.texts.flatMap(({ scores }) => blocksOf(scores.map(({ logProb }) => -logProb)));
  return {
    tokens: blocks.reduce((total, { count }) => total + count, 0),
    perplexity: exp(bootstrapMean(blocks, seededRandom(SEED))),
    passages: run.texts.map(({ id, scores }) => ({
      ...about(id, suite),
      tokens: scores.length,
      perplexity: Math.exp(mean(scores.map(({ logProb }) => -logProb))),
    })),
    probes: PROBES.flatMap((probe): ProbeFigures[] => {
      const tasks = run.tasks.filter((task) => task.probe === probe);
      const passed = tasks.filter((task) => task.passed).length;
      const cutShort = tasks.filter((task) => task.cutShort).length;
      if (tasks.length === 0) return [];
      return [{ probe, passed, trials: tasks.length, share: shareOf(passed, tasks.length), cutShort }];
    }),
  };
}

/** What a run says against another one of the same model: undefined where their tokens differ, since then nothing pairs. */
export function compareRuns(run: QualityRun, reference: QualityRun, suite: Suite): QualityComparison | undefined {
  const others = new Map(reference.texts.map((text) => [text.id, text]));
  const differences: Block[] = [];
  const divergences: Block[] = [];
  const agreements: Block[] = [];
  const all: number[] = [];
  const passages: PassageFigures[] = [];
  let covered = 0;
  for (const { id, tokens, scores } of run.texts) {
    const other = others.get(id);
    if (other?.tokens.length !== tokens.length || other.tokens.some((token, at) => token !== tokens[at]))
      return undefined;
    const pairs = scores.map((score, at) => ({ score, base: other.scores[at]! }));
    const apart = pairs.map(({ score, base }) => divergence(base, score));
    differences.push(...blocksOf(pairs.map(({ score, base }) => base.logProb - score.logProb)));
    divergences.push(...blocksOf(apart.map(({ kl }) => kl)));
    agreements.push(...blocksOf(apart.map(({ sameTop }) => Number(sameTop))));
    covered += apart.reduce((total, one) => total + one.covered, 0);
    all.push(...apart.map(({ kl }) => kl));
    passages.push({
      ...about(id, suite),
      tokens: scores.length,
      perplexity: Math.exp(mean(scores.map(({ logProb }) => -logProb))),
      kl: mean(apart.map(({ kl }) => kl)),
    });
  }
  all.sort((a, b) => a - b);
  return {
    perplexityRatio: exp(bootstrapMean(differences, seededRandom(SEED))),
    kl: bootstrapMean(divergences, seededRandom(SEED)),
    klMedian: all[Math.floor(all.length / 2)] ?? 0,
    kl99: all[Math.floor(all.length * 0.99)] ?? 0,
    sameTop: bootstrapMean(agreements, seededRandom(SEED)),
    covered: covered / Math.max(1, all.length),
    passages,
    probes: PROBES.flatMap((probe) => compareProbe(probe, run, reference)),
  };
}

function compareProbe(probe: Probe, run: QualityRun, reference: QualityRun): ProbeComparison[] {
  const others = new Map(reference.tasks.map(({ id, passed }) => [id, passed]));
  let [trials, onlyFile, onlyReference] = [0, 0, 0];
  for (const { id, passed } of run.tasks.filter((task) => task.probe === probe)) {
    const other = others.get(id);
    if (other === undefined) continue;
    trials += 1;
    if (passed && !other) onlyFile += 1;
    if (!passed && other) onlyReference += 1;
  }
  if (trials === 0) return [];
  const difference = pairedDifference({ onlyFirst: onlyFile, onlySecond: onlyReference, trials });
  const p = mcnemar({ onlyFirst: onlyFile, onlySecond: onlyReference });
  return [{ probe, trials, onlyFile, onlyReference, difference, p }];
}

function about(id: string, { passages }: Suite): Pick<PassageFigures, "id" | "kind" | "language"> {
  const { kind = "", language = "" } = passages.find((passage) => passage.id === id) ?? {};
  return { id, kind, language };
}

function blocksOf(values: readonly number[]): Block[] {
  const blocks: Block[] = [];
  for (let at = 0; at < values.length; at += BLOCK_TOKENS) {
    const part = values.slice(at, at + BLOCK_TOKENS);
    blocks.push({ sum: part.reduce((total, value) => total + value, 0), count: part.length });
  }
  return blocks;
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

function exp({ value, low, high }: Measured): Measured {
  return { value: Math.exp(value), low: Math.exp(low), high: Math.exp(high) };
}
