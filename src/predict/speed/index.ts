export { chipOf, type Design, type SpeedChip } from "./chip.ts";
export { type BandClass, bandName, DEEP } from "./bands.ts";
export { type Fit, FIT } from "./coefficients.ts";
export type { Conditions } from "./conditions.ts";
export { decodeTime } from "./decode-time.ts";
export { expertsTouched, type Load, loadOf, overTokens } from "./load.ts";
export type { Lookup } from "./lookup.ts";
export { copyRate } from "./copying.ts";
export { decodePace } from "./decode-pace.ts";
export { ASSUMED_DISK_BYTES_PER_SEC } from "./extras.ts";
export type { PaceInput } from "./input.ts";
export { prefillPace } from "./prefill-pace.ts";
export { prefillTime } from "./prefill-time.ts";
export type * from "./speed.ts";
export { type PlaceTraffic, type Traffic, trafficOf } from "./offload-traffic.ts";
export { wayTo } from "./links.ts";
export { type Guesser, USUAL_GUESSES } from "./acceptance.ts";
export {
  breakEven,
  type Guesses,
  type Round,
  roundPace,
  type Speculation,
  speculativePace,
  speculativeRound,
  tokensPerRound,
} from "./speculation.ts";
export { type Duration, type PromptAndAnswer, type RequestTimes, requestTimes } from "./times.ts";
export { documentPace, type DocumentPace } from "./documents.ts";
export { eachUsersPace } from "./each-pace.ts";
export { type EncodeTime, encodeTime } from "./encode.ts";
