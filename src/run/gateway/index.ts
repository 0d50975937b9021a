export { chatPages } from "./chat-page.ts";
export { type Clock, systemClock } from "./clock.ts";
export { openaiDialect } from "./dialects/openai.ts";
export { checkAddress, startGateway } from "./gateway.ts";
export {
  type Gateway,
  type GatewayKey,
  type GatewayLimits,
  type GatewayOptions,
  type LaneCounts,
  type Page,
  type PageSource,
} from "./options.ts";
export type * from "./dialects/dialect.ts";
export type * from "./serving.ts";
export {
  Claims,
  HOST,
  minus,
  ModelPool,
  type PoolEvent,
  type Room,
  roomOf,
  type Run,
  type Servable,
  sum,
} from "./models/index.ts";
