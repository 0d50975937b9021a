export { Upstream, type UpstreamCall, type UpstreamEvents } from "./ask.ts";
export { OPERATION_PATHS, targetOf } from "./target.ts";
