import { formatNumber } from "../../facts/units/index.ts";
import { leastCertain } from "../estimate/index.ts";
import { decodePace } from "./decode-pace.ts";
import type { PaceInput } from "./input.ts";
import type { Pace } from "./speed.ts";

/** How tokens are guessed ahead, and how often a guess is right: a fact about the text, which has to be stated. */
export interface Speculation {
  /** guessed in a row before the model looks */
  readonly draftTokens: number;
  /** chance that a guess is accepted, given that those before it were, 0 to 1 */
  readonly acceptance: number;
  /** the model that guesses; absent: guesses that cost nothing (n-grams of the prompt) */
  readonly draft?: PaceInput;
}

/**
 * Decode pace with guesses: a round drafts k tokens one by one and checks them in one step of k + 1, and yields
 * (1 - a^(k+1)) / (1 - a) tokens (Leviathan et al. 2023, equation 1). The band is widened by that of the draft.
 */
export function speculativePace(input: PaceInput, depth: number, speculation: Speculation): Pace | undefined {
  const { draftTokens, acceptance, draft } = speculation;
  const checked = decodePace({ ...input, streams: draftTokens + 1 }, depth);
  const drafted = draft && decodePace(draft, depth);
  if (!checked || (draft && !drafted)) return undefined;
  const checking = (draftTokens + 1) / checked.tokensPerSec;
  const drafting = drafted ? draftTokens / drafted.tokensPerSec : 0;
  const tokens = acceptance >= 1 ? draftTokens + 1 : (1 - acceptance ** (draftTokens + 1)) / (1 - acceptance);
  const tokensPerSec = tokens / (checking + drafting);
  const half =
    (Math.log(checked.high / checked.tokensPerSec) * checking +
      (drafted ? Math.log(drafted.high / drafted.tokensPerSec) * drafting : 0)) /
    (checking + drafting);
  return {
    tokensPerSec,
    low: tokensPerSec * Math.exp(-half),
    high: tokensPerSec * Math.exp(half),
    bound: checked.bound,
    shareOfLimit: checked.shareOfLimit,
    provenance: leastCertain(checked.provenance, drafted?.provenance ?? "formula"),
    formula: `${formatNumber(tokens)} / (${formatNumber(checking * 1e6)} us + ${formatNumber(drafting * 1e6)} us)`,
  };
}
