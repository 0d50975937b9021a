/** What can go wrong where the quality of weights is measured. */
export const QUALITY_ERRORS = {
  "quality-no-probabilities": {
    template: "the engine {engine} does not say how likely tokens are, so perplexity cannot be measured with it",
    hint: "Use the embedded engine.",
    exit: 3,
    http: 501,
  },
  "quality-no-file": {
    template: "{what} is known, but no file of it is on this machine",
    hint: "Name a .gguf file, a repository (hf:owner/name:Q4_K_M) or the address of a file; `loadout models --local` lists what is here.",
    exit: 2,
    http: 404,
  },
  "quality-not-comparable": {
    template: "{what} cannot be compared with {expected}: {got}",
    hint: "Compare quantizations of one model; across models, `loadout models WORDS` shows what is declared of each.",
    exit: 2,
    http: 422,
  },
} as const;
