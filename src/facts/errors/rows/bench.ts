/** What can go wrong where an endpoint is measured. */
export const BENCH_ERRORS = {
  "bench-no-answer": {
    template: "{what} gives no answer that can be measured: {got}",
    hint: "Is the server running, and does it stream `/chat/completions`? `--model NAME` names a model, LOADOUT_API_KEY holds a key.",
    exit: 3,
    http: 502,
  },
  "bench-bad-data": {
    template: "{path} holds no prompts: {got}",
    hint: 'ShareGPT\'s JSON array, or lines of {"prompt": ..., "output_tokens": ...}.',
    exit: 2,
    http: 422,
  },
} as const;
