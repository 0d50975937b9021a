import type { Lookup } from "../speed/index.ts";
import table from "./coefficients.json" with { type: "json" };

const VALUES: Readonly<Record<string, readonly number[]>> = table.vllm;

/** Fitted by `npm run fit-speed` to vLLM on one to four RTX 3090, as logarithms; what each is: step.ts. */
export const VLLM: Lookup = (name) => VALUES[name]?.[0] ?? 0;

export const BANDS: Readonly<Record<string, number>> = table.bands;
