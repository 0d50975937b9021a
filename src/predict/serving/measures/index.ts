export { asTool, OTHER_TOOLS, type OtherTool, type ToolReport, type ToolRow } from "./as-tool.ts";
export { type Distribution, distributionOf, percentile } from "./distribution.ts";
export { e2eMs, gapsMs, tpotMs, ttftMs } from "./of-request.ts";
export type { RequestRecord } from "./record.ts";
export type { Saturation } from "./saturation.ts";
export { type BothWays, summarize, type Summary, type SummaryOptions } from "./summary.ts";
export { type Goodput, parseTargets, type Target, type TargetMetric, type TargetResult } from "./targets.ts";
export { type Doubt, LEAST_RATE_SHARE, LONGEST_LAG_MS } from "./validity.ts";
