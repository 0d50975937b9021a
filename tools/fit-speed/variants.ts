/** What was compared by leaving devices out, so that its optimism can be judged: each line is one comparison. */
export const VARIANTS: readonly string[] = ["priors with Gaussian tails, against soft-L1 tails (kept)"];
