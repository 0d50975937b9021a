/** What can go wrong with engines that are programs or addresses of their own. */
export const SERVER_ERRORS = {
  "engine-program-missing": {
    template: "{what} was not found: {got}",
    hint: "Install llama.cpp so that llama-server is on the PATH, or name the program in LOADOUT_LLAMA_SERVER. The embedded engine needs nothing.",
    exit: 3,
    http: 503,
  },
  "engine-program-unfit": {
    template: "{what} cannot be used: {got}",
    hint: "Set LOADOUT_LLAMA_SERVER to a llama-server that starts with --version.",
    exit: 3,
    http: 503,
  },
  "engine-wrong-cpu": {
    template: "{what} was built for another CPU: it ended by an instruction that this one does not have (SIGILL)",
    hint: "Use a build for this processor, or one without GGML_NATIVE; the embedded engine picks what the processor has.",
    exit: 3,
    http: 503,
  },
  "engine-given-up": {
    template: "the engine ended {times} times in a row and is not started again: {got}",
    hint: "Its last words are in the log above; `loadout fit` shows whether the settings fit this machine.",
    exit: 5,
    http: 503,
  },
  "engine-unreachable": {
    template: "no engine answers at {url}: {got}",
    hint: "Start it, or check the address; the path of an OpenAI-compatible server is given without /v1.",
    exit: 3,
    http: 502,
  },
  "engine-answer": {
    template: "the engine's answer to {what} is not understood (status {status}): {got}",
    hint: "It may be an older or newer version than those known; please report it with its name and version.",
    exit: 5,
    http: 502,
  },
  "engine-model-missing": {
    template: "the engine at {url} has no model {what}; it has {got}",
    hint: "Name one of them, or load the model there first.",
    exit: 2,
    http: 404,
  },
  "engine-adapter-refused": {
    template: "the engine did not take the scale of the adapter {what}: expected {expected}, got {got}",
    hint: "Was it made for this model, and is it a GGUF adapter?",
    exit: 5,
    http: 502,
  },
} as const;
