export { DrivenServer, type DrivenOptions } from "./driven-server.ts";
export { serverUrl } from "./probe.ts";
export { reach, urlEngine, type UrlEngineOptions } from "./url.ts";
