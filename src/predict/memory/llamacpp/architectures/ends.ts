import { samplesDrafts } from "./draft-sampling.ts";
import { pooled } from "./pooling.ts";

/** What stands behind the last layer of models that do more than say how likely each word is: a page loads it with the first of them. */
export const ENDS = { pooled, samplesDrafts };
