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
  "endpoint-context": {
    template: "the conversation is longer than the context of {url}: {got}",
    hint: "/undo takes the last question back, /new begins another chat; a server may be given more context (--context).",
    exit: 1,
    http: 400,
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
  "chat-unknown": {
    template: 'no chat "{got}", or more than one begins like that',
    hint: "Kept: {known}. `loadout chat --sessions` lists them.",
    exit: 2,
    http: 404,
  },
  "chat-damaged": {
    template: "{path} holds no chat that can be read",
    hint: "Remove the file; the other chats are not touched.",
    exit: 2,
    http: 422,
  },
  "chat-command": {
    template: "{got} is no command here",
    hint: "Nearest: {nearest}; /help lists them. A message may begin with a space.",
    exit: 2,
    http: 400,
  },
  "chat-command-bare": {
    template: "{got} needs {expected}",
    hint: "Type {got} {expected}.",
    exit: 2,
    http: 400,
  },
  "image-unreadable": {
    template: "{path} is no image that can be shown: {got}",
    hint: "PNG, JPEG, GIF and WebP are taken.",
    exit: 2,
    http: 422,
  },
} as const;
