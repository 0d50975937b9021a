export { ask, askJson, demandJson, jsonOf, type AskOptions, type EngineAnswer } from "./ask.ts";
export { estimateTokens } from "./estimate-tokens.ts";
export { fieldsOf, listOf, numberOf, textOf } from "./fields.ts";
export { readMetrics, type Metric } from "./metrics.ts";
