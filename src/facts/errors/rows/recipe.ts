/** Quantization recipes that cannot be followed. */
export const RECIPE_ERRORS = {
  "recipe-unknown": {
    template: 'expected a file type, got "{got}"',
    hint: "Known: {known}. Mixes of single uploaders (UD-..., ..._L) follow no rule: name the file.",
    exit: 2,
    http: 422,
  },
  "recipe-rows": {
    template: '{got}: tensor "{tensor}" has rows of {columns} elements, which are not whole blocks',
    hint: "The engine has no rule for that either. Choose another file type.",
    exit: 2,
    http: 422,
  },
} as const;
