/** Metadata that does not describe a model. */
export const MODEL_ERRORS = {
  "model-key-missing": {
    template: '{file}: expected metadata "{key}", got none',
    hint: "{advice}",
    exit: 2,
    http: 422,
  },
  "model-key-type": {
    template: '{file}: metadata "{key}": expected {expected}, got {got}',
    hint: "The file was written by a faulty tool: convert the model again.",
    exit: 2,
    http: 422,
  },
  "model-contradiction": {
    template: '{file}: metadata "{key}": expected {expected}, got {got}',
    hint: "The file contradicts itself; the engine would refuse it too. Convert the model again.",
    exit: 2,
    http: 422,
  },
  "model-not-a-model": {
    template: "{file}: expected a language model, got {got}",
    hint: "{advice}",
    exit: 2,
    http: 422,
  },
} as const;
