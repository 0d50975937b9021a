/** Models that are named, not at hand: the catalog, the hub, addresses. */
export const REMOTE_ERRORS = {
  "model-unknown": {
    template: 'no model called "{got}": it is neither a file, nor weights found here, nor in the catalog',
    hint: "Nearest: {nearest}. `loadout models WORDS` looks names up; hf:owner/name reads a repository of the hub.",
    exit: 2,
    http: 404,
  },
  "model-unlisted": {
    template: 'the catalog has no model called "{got}"',
    hint: "Nearest: {nearest}. `loadout models --all` lists them all; hf:owner/name reads a repository of the hub.",
    exit: 2,
    http: 404,
  },
  "model-unpredictable": {
    template: "{name} cannot be predicted: {reason}",
    hint: "{advice}",
    exit: 2,
    http: 422,
  },
  "quantization-missing": {
    template: "{what} has no {got}; it has {known}",
    hint: "Write one of these after a colon, for example {example}.",
    exit: 2,
    http: 404,
  },
  "weights-missing": {
    template: "{what} holds no weights that can be read: {got}",
    hint: "Name a repository with .gguf files, or one with config.json and .safetensors files.",
    exit: 2,
    http: 404,
  },
  "header-too-long": {
    template: "{what}: its headers did not end within {expected}, so reading was stopped",
    hint: "The file is damaged or no model. Only headers are read, never the weights.",
    exit: 2,
    http: 422,
  },
  "not-kept": {
    template: "{what} is not in the cache, and the network is not to be used (HF_HUB_OFFLINE)",
    hint: "Ask once with the network; what was read is kept in the cache folder.",
    exit: 3,
    http: 502,
  },
} as const;
