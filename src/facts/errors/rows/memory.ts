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
  "backend-unknown": {
    template: "The engine's rules on {backend} devices are not known; known are {known}.",
    hint: "Predict for the processor alone, or for a device of a known kind.",
    exit: 2,
    http: 422,
  },
} as const;
