/** What a request to the embedded engine's own HTTP server can meet. */
export const ENGINE_HTTP_ERRORS = {
  "engine-request-invalid": {
    template: "{field} is wrong: expected {expected}, got {got}",
    hint: "Correct the field; the engine speaks OpenAI's dialect.",
    exit: 2,
    http: 400,
  },
  "engine-request-unsupported": {
    template: "this engine cannot do {what}",
    hint: "Leave it out, or use an engine that can (llama-server).",
    exit: 2,
    http: 501,
  },
  "engine-request-too-large": {
    template: "the request is larger than {expected} bytes",
    hint: "Shorten it: text that long fits no context.",
    exit: 2,
    http: 413,
  },
  "engine-key-wrong": {
    template: "the engine's key is missing or wrong",
    hint: "Ask through Loadout: the engine's own address is not for others.",
    exit: 2,
    http: 401,
  },
  "engine-path-unknown": {
    template: "the engine has no {path}",
    hint: "It answers /v1/chat/completions, /v1/completions, /v1/embeddings, /v1/rerank and /v1/models.",
    exit: 2,
    http: 404,
  },
  "engine-loading": {
    template: "the engine is still loading its model",
    hint: "Ask again in a moment; /health tells when it is ready.",
    exit: 5,
    http: 503,
  },
} as const;
