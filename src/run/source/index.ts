export { openFileSource, type ClosableSource } from "./file-source.ts";
export { contentRange, header, isTransient, numberHeader, refusal } from "./http-answer.ts";
export { openHttp, unreachable, type HttpAnswer, type HttpLimits, type HttpRequest } from "./http-request.ts";
export { openHttpSource, type HttpSourceOptions } from "./http-source.ts";
export { backoffMs, RETRIES, type Retries, withRetries } from "./retry.ts";
