/** What can go wrong where somebody's log is read. */
export const RECONCILE_ERRORS = {
  "log-unreadable": {
    template: "{path} cannot be read: {problem}",
    hint: "Name a file with the log, or - to read it from standard input.",
    exit: 2,
    http: 400,
  },
  "log-not-an-engines": {
    template: "no line of llama.cpp, llama-server, Ollama or LM Studio is in {path} ({lines} lines)",
    hint: "Paste what the engine prints while it loads a model: `llama-server ... -lv 4 2>&1 | loadout reconcile -`.",
    exit: 2,
    http: 422,
  },
} as const;
