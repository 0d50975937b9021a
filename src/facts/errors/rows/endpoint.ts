/** Talking to somebody's server. */
export const ENDPOINT_ERRORS = {
  "endpoint-unreachable": {
    template: "nothing answers at {url}: {got}",
    hint: "Start it (`loadout serve`), or correct the address; --key KEY where it wants one.",
    exit: 3,
    http: 502,
  },
  "endpoint-refused": {
    template: "{url} refuses ({status}): {got}",
    hint: "It is the server's own word; a key is given with --key or LOADOUT_API_KEY.",
    exit: 5,
    http: 502,
  },
  "endpoint-unreadable": {
    template: "{url} does not speak OpenAI's dialect: {got}",
    hint: "Give the address of an OpenAI-compatible server, up to its /v1.",
    exit: 5,
    http: 502,
  },
  "endpoint-broken": {
    template: "the stream of {url} ended before its time: {got}",
    hint: "What was said until then is kept; ask again.",
    exit: 5,
    http: 502,
  },
} as const;
