import type { Measured } from "../../predict/estimate/index.ts";
import type { ANSWER_VERSION, ModelFacts, RuntimeFacts } from "./fit-numbers.ts";

/** What is asked of a model, beside the text it is scored on. */
export type QualityProbe = "format" | "multilingual" | "reasoning";

export interface PassageFigures {
  readonly id: string;
  readonly kind: string;
  readonly language: string;
  readonly tokens: number;
  readonly perplexity: number;
  /** nats; only beside a reference */
  readonly kl?: number;
}

export interface ProbeFigures {
  readonly probe: QualityProbe;
  readonly passed: number;
  readonly trials: number;
  readonly share: Measured;
  /** replies that reached their limit of tokens before they ended */
  readonly cutShort: number;
}

export interface QualityFigures {
  readonly tokens: number;
  /** exp of the mean negative log-probability of a token */
  readonly perplexity: Measured;
  readonly passages: readonly PassageFigures[];
  readonly probes: readonly ProbeFigures[];
}

export interface ProbeComparison {
  readonly probe: QualityProbe;
  readonly trials: number;
  /** passed by the file alone, and by the reference alone */
  readonly onlyFile: number;
  readonly onlyReference: number;
  /** share that the file passes minus share that the reference passes */
  readonly difference: Measured;
  /** exact McNemar, two-sided */
  readonly p: number;
}

export interface QualityComparison {
  /** perplexity of the file over that of the reference, paired token by token */
  readonly perplexityRatio: Measured;
  /** nats a token, of the file from the reference; the rest beyond the candidates counts as one */
  readonly kl: Measured;
  readonly klMedian: number;
  readonly kl99: number;
  /** share of positions where both find the same token likeliest */
  readonly sameTop: Measured;
  /** probability that the candidates told apart hold, on average */
  readonly covered: number;
  readonly passages: readonly PassageFigures[];
  readonly probes: readonly ProbeComparison[];
}

/** A file whose quality was measured. */
export interface MeasuredFile {
  readonly model: ModelFacts;
  readonly figures: QualityFigures;
  /** results kept: nothing in here is measured again */
  readonly stored: string;
  /** all of it was measured before, and only read now */
  readonly fromStore: boolean;
}

/** Quality of a file by itself, or beside another file of the same model. */
export interface QualityAnswer {
  readonly schema: typeof ANSWER_VERSION;
  readonly kind: "quality";
  readonly file: MeasuredFile;
  readonly against?: MeasuredFile;
  readonly comparison?: QualityComparison;
  /** version of the texts and tasks */
  readonly suite: string;
  readonly runtime: RuntimeFacts;
  /** in words: what these figures say, and what they cannot */
  readonly says: readonly string[];
  readonly next: readonly string[];
}
