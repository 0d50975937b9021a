export { measureRates, type MeasuredRate } from "./rates.ts";
