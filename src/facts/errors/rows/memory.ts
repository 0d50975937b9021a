export const MEMORY_ERRORS = {
  "architecture-unknown": {
    template: "The memory of a {architecture} model cannot be predicted yet; known are {known}.",
    hint: "This version plans and runs {known}; `loadout models --local` lists the weights that are here.",
    exit: 2,
    http: 422,
  },
  "tensor-missing": {
    template: "The {architecture} model has no tensor {tensor}, so its memory cannot be predicted.",
    hint: "The file may be damaged, or store its matrices in a way that is not known here.",
    exit: 2,
    http: 422,
  },
  "layer-unlike": {
    template: "Layer {layer} is not built as in other {architecture} models, so its memory cannot be predicted.",
    hint: "The header may name another architecture than the model has.",
    exit: 2,
    http: 422,
  },
  "backend-unknown": {
    template: "The engine's rules on {backend} devices are not known; known are {known}.",
    hint: "Predict for the processor alone, or for a device of a known kind.",
    exit: 2,
    http: 422,
  },
  "split-mode-unpredicted": {
    template: "-sm {value} cannot be predicted: it cuts matrices across devices by rules that are not replayed here.",
    hint: "Use -sm layer (the engine's own fit refuses {value} too), or -sm none for one device.",
    exit: 2,
    http: 422,
  },
  "main-gpu-missing": {
    template: "-mg {value} names no device: {count} take part, counted from 0.",
    hint: "Give a number below {count}; -dev chooses the devices and their order.",
    exit: 2,
    http: 422,
  },
  "device-missing": {
    template: "-dev {value} names no device of this rig; its devices are {known}.",
    hint: "Use the engine's names, as `llama-server --list-devices` prints them.",
    exit: 2,
    http: 422,
  },
  "draft-unpredicted": {
    template: "--spec-type draft-mtp: the {architecture} model has no appended block whose graph is known.",
    hint: "Draft with a model of its own (-md), or without one (--spec-type ngram-simple).",
    exit: 2,
    http: 422,
  },
  "draft-head-unpredicted": {
    template: "the draft head beside the {architecture} model is not predicted: {because}.",
    hint: "Draft with a model of its own (-md), or without one (--spec-type ngram-simple).",
    exit: 2,
    http: 422,
  },
  "override-memory-unknown": {
    template: "-ot {pattern}={value} names no memory: there are {known}.",
    hint: "Write CPU, or the name of a device that takes part.",
    exit: 2,
    http: 422,
  },
  "override-pattern-invalid": {
    template: "-ot {pattern}={value}: the pattern is no regular expression ({problem}).",
    hint: "Patterns are ECMAScript regular expressions, searched for in tensor names such as blk.0.ffn_up_exps.weight.",
    exit: 2,
    http: 422,
  },
} as const;
