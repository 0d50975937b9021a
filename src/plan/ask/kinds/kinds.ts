import type {
  CardsAnswer,
  CatalogAnswer,
  DifferenceAnswer,
  FitAnswer,
  FitNumbers,
  FrontierAnswer,
  GpusAnswer,
  KvAnswer,
  OffloadAnswer,
  QuantsAnswer,
  RankingAnswer,
} from "../../answer/index.ts";

/** What can be asked, and how it is answered. */
export interface Answers {
  readonly fit: FitAnswer;
  /** of `fit` what every step of a slider moves */
  readonly numbers: FitNumbers;
  readonly explain: FitAnswer | DifferenceAnswer;
  /** `fit` without a model */
  readonly ranking: RankingAnswer;
  readonly quants: QuantsAnswer;
  /** `gpus --for` */
  readonly cards: CardsAnswer;
  readonly offload: OffloadAnswer;
  readonly frontier: FrontierAnswer;
  readonly models: CatalogAnswer;
  readonly gpus: GpusAnswer;
  /** what no command prints: cache against context */
  readonly kv: KvAnswer;
}

export type Kind = keyof Answers;
