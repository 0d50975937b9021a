export { VLLM } from "./coefficients.ts";
export { type Banded, type ServerOptions, type ServerRates, serverRates, streamsAt } from "./rates.ts";
export { type ServerCards, type ServerRequests, type ServerTimes, serverTimes } from "./step.ts";
