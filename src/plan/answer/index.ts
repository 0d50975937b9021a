export type { DocumentFacts } from "./document-facts.ts";
export type { ChatAnswer, ChatsAnswer } from "./chat-answer.ts";
export type {
  BenchAnswer,
  BenchCache,
  BenchCeilingStep,
  BenchClient,
  BenchEndpoint,
  BenchLoad,
  BenchPoint,
  BenchRate,
  BenchRequest,
  BenchServer,
} from "./bench-answer.ts";
export { answerCards, type CardRow, type CardsAnswer, type CardsContext, type CardsLimits } from "./cards-answer.ts";
export { answerDifference, type DifferenceAnswer } from "./difference-answer.ts";
export {
  answerRanking,
  type RankingAnswer,
  type RankingContext,
  type RankingRow,
  type Worked,
} from "./ranking-answer.ts";
export type { CalibratedModel, CalibratedRate, CalibrateAnswer } from "./calibrate-answer.ts";
export { type CatalogAnswer, modelDetail, type ModelDetail } from "./catalog-answer.ts";
export { answerFit } from "./fit-answer.ts";
export {
  ANSWER_VERSION,
  type AnswerContext,
  type DiskFacts,
  type FitAnswer,
  fitNumbers,
  type FitNumbers,
  type ReadingRate,
  type ModelFacts,
  type RuntimeFacts,
  type SpeedFacts,
  type Verified,
} from "./fit-numbers.ts";
export { fitConstants } from "./fit-constants.ts";
export { fitSentence } from "./fit-sentence.ts";
export { marginWords } from "./margin-words.ts";
export type { ReportAnswer, ReportDevice, ReportLoadout, ReportReceipt, ReportTerm } from "./report-answer.ts";
export { FACTS_DATE } from "./facts-date.ts";
export { answerKv, type KvAnswer, type KvContext, type KvPoint } from "./kv-answer.ts";
export type { LiveEvents, LiveLane, LiveRun, WebAnswer } from "./live-answer.ts";
export type { TypedFlags } from "./next-commands.ts";
export { answerGpus, type GpusAnswer, type UsableMemory } from "./gpus-answer.ts";
export { answerQuants, type QuantsAnswer, type QuantsContext, type QuantsModel } from "./quants-answer.ts";
export type {
  MeasuredFile,
  PassageFigures,
  ProbeComparison,
  ProbeFigures,
  QualityAnswer,
  QualityComparison,
  QualityFigures,
  QualityProbe,
} from "./quality-answer.ts";
export { saysAlone, saysCompared } from "./quality-says.ts";
export { answerReconcile, type ReconcileAnswer } from "./reconcile-answer.ts";
export type { SpeculationFacts, SpeculationRow } from "./speculation-facts.ts";
export type { RateResidual, RunAnswer, TermResidual } from "./run-answer.ts";
export type { ArrangementFacts } from "./arrangement-facts.ts";
export type { ElsewhereContext, ElsewhereFacts } from "./elsewhere.ts";
export type { LaunchFacts, ServerContext } from "./launch.ts";
export {
  answerOffload,
  offloadRuns,
  type BatchFacts,
  type ChatFacts,
  type InsteadFacts,
  type OffloadAnswer,
  type OffloadContext,
  type RungFacts,
} from "./offload-answer.ts";
export {
  answerServePlan,
  type EnginePlanFacts,
  type ServePlanAnswer,
  type ServePlanContext,
} from "./serve-plan-answer.ts";
export type { RunsAnswer, ServeAnswer, ServedFacts, ServePlansAnswer } from "./serve-answer.ts";
export {
  answerSimulation,
  type EnoughFacts,
  type ReplayFacts,
  type SimulateAnswer,
  type SimulateFacts,
} from "./simulate-answer.ts";
export { answerFrontier, type FrontierAnswer, targetFacts, type TargetFacts } from "./frontier-answer.ts";
