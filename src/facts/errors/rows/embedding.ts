/** Questions about tokens that a model never writes: it makes vectors or scores of texts. */
export const EMBEDDING_ERRORS = {
  "writes-no-tokens": {
    template: '{asked} is about tokens that are written, and "{name}" writes none: it makes {makes} of texts',
    hint: "`loadout fit MODEL --gpu NAME --prompt 512` says what it takes and how many texts of 512 tokens a second it reads.",
    exit: 2,
    http: 400,
  },
} as const;
