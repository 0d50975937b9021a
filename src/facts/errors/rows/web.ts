/** `loadout web`. */
export const WEB_ERRORS = {
  "web-no-route": {
    template: "there is nothing at {path}",
    hint: "The page is at /, what programs may ask at /api (docs/web.md).",
    exit: 2,
    http: 404,
  },
  "web-method": {
    template: "{path} is asked with {expected}, not {got}",
    hint: "Repeat it with {expected}.",
    exit: 2,
    http: 405,
  },
  "web-busy": {
    template: "{got} questions are being answered already",
    hint: "Ask again in a second.",
    exit: 3,
    http: 503,
  },
  "web-flag-refused": {
    template: "{flag} is not for web pages: it would {what}",
    hint: "Ask it on the command line, without {flag} here.",
    exit: 2,
    http: 400,
  },
  "web-flag-broken": {
    template: 'a flag cannot be called "{got}"',
    hint: "Flags are those of the command line without dashes: model=qwen3-8b&context=32k.",
    exit: 2,
    http: 400,
  },
  "web-run-unknown": {
    template: "no run of Loadout with the process {got} serves on this machine",
    hint: "`loadout serve --runs` lists those that do; start one with `loadout serve`.",
    exit: 2,
    http: 404,
  },
  "web-run-unreachable": {
    template: "the run at {got} does not answer: {problem}",
    hint: "It may be stopping: `loadout serve --runs` lists what is there.",
    exit: 3,
    http: 502,
  },
  "web-page-missing": {
    template: "the page is not at {path}",
    hint: "The package is not whole: install it again, or run `npm run build` in a checkout.",
    exit: 3,
    http: 500,
  },
  "web-page-not-built": {
    template: "the page could not be built: {got}",
    hint: "Run `npm run build` to see all of it; `npm ci` brings what it is built with.",
    exit: 3,
    http: 500,
  },
} as const;
