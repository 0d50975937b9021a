export { Meter, type Outcome } from "./meter.ts";
export { METRICS_TYPE, metricsText } from "./text.ts";
