/** Files of weights that are not what they should be. `at` is a byte offset in `file`. */
export const WEIGHTS_ERRORS = {
  "weights-not-gguf": {
    template: "{file}: expected a GGUF file, got {got}",
    hint: "{advice}",
    exit: 2,
    http: 422,
  },
  "weights-not-safetensors": {
    template: "{file}: expected a safetensors file, got {got}",
    hint: "{advice}",
    exit: 2,
    http: 422,
  },
  "weights-index": {
    template: "{file}: {place}: expected {expected}, got {got}",
    hint: "The index is damaged: fetch it again, with all its shards, from the publisher's repository.",
    exit: 2,
    http: 422,
  },
  "weights-version": {
    template: "{file}: expected GGUF version 1, 2 or 3, got {got}",
    hint: "The file is damaged, or newer than this version of Loadout.",
    exit: 2,
    http: 422,
  },
  "weights-truncated": {
    template: "{file} is truncated at byte {got} of {expected}, in {place}",
    hint: "The download did not finish: fetch the file again.",
    exit: 2,
    http: 422,
  },
  "weights-count": {
    template: "{file}: {place} at byte {at}: expected at most {expected}, got {got}",
    hint: "The file is damaged: compare its checksum with the publisher's, or fetch it again.",
    exit: 2,
    http: 422,
  },
  "weights-value": {
    template: "{file}: {place} at byte {at}: expected {expected}, got {got}",
    hint: "The file is damaged: compare its checksum with the publisher's, or fetch it again.",
    exit: 2,
    http: 422,
  },
  "weights-duplicate": {
    template: '{file}: {place} at byte {at}: expected a new name, got "{got}" again',
    hint: "The file was written by a faulty tool: convert the model again.",
    exit: 2,
    http: 422,
  },
  "weights-type": {
    template: "{file}: {place} at byte {at}: expected {expected}, got {got}",
    hint: "{advice}",
    exit: 2,
    http: 422,
  },
  "weights-overlap": {
    template: '{file}: {place}: expected data from byte {expected} on, got {got}, inside tensor "{other}"',
    hint: "The file was written by a faulty tool: convert the model again.",
    exit: 2,
    http: 422,
  },
  "weights-split": {
    template: "{file}: {place}: expected {expected}, got {got}",
    hint: "Keep all parts of a split model, from one download, in one folder under their own names.",
    exit: 2,
    http: 422,
  },
} as const;
