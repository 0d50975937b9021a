import { READING } from "../../fit/index.ts";
import type { Target } from "../../../predict/serving/index.ts";

/** What somebody who reads along needs, where no targets were asked for. */
export const READING_TARGETS: readonly Target[] = [
  { metric: "ttft", percent: 95, limitMs: READING.firstTokenMs },
  { metric: "tpot", percent: 95, limitMs: Math.round(1000 / READING.decodePerSec) },
];
