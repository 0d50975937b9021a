/** Configurations of models (`config.json`) that are damaged, or say what a geometry cannot. `key` is a path in the file. */
export const CONFIG_ERRORS = {
  "config-not-a-model": {
    template: "{file}: expected the configuration of a language model, got {got}",
    hint: 'A model\'s "config.json" is an object with at least "model_type" and the model\'s dimensions.',
    exit: 2,
    http: 422,
  },
  "config-key-missing": {
    template: '{file}: expected key {key}, got none (model type "{type}")',
    hint: "The configuration is not whole: take it from the publisher's repository. GGUF files say their dimensions themselves.",
    exit: 2,
    http: 422,
  },
  "config-key": {
    template: '{file}: key "{key}": expected {expected}, got {got}',
    hint: "The configuration is damaged, or newer than this version of Loadout: take it from the publisher's repository.",
    exit: 2,
    http: 422,
  },
  "config-beyond": {
    template: '{file}: models of type "{type}" have {got}, whose memory is not understood yet',
    hint: "Sizes can be read from the weights themselves; what such a model takes when it runs is not predicted.",
    exit: 2,
    http: 422,
  },
} as const;
