/** What can go wrong between asking an engine to start and its last token. */
export const ENGINE_ERRORS = {
  "engine-missing": {
    template: "the embedded engine is not installed: the package {what} cannot be loaded",
    hint: "Run `npm install`; `loadout doctor` shows what is missing. Predictions work without it.",
    exit: 3,
    http: 503,
  },
  "engine-build-missing": {
    template: "the embedded engine has no build for {backend} on this machine ({platform}): {got}",
    hint: "Run `npm install` to get the build, or choose another back end; {available} can be used here.",
    exit: 3,
    http: 503,
  },
  "engine-bad-model": {
    template: "the engine cannot load {path}: {got}",
    hint: "`loadout explain {path}` reads the header and says what is wrong; a damaged download is fetched again by removing it first.",
    exit: 2,
    http: 422,
  },
  "engine-out-of-memory": {
    template: "the engine found too little memory for {what}: {got}",
    hint: "Ask for a shorter context, fewer users or a smaller cache type; `loadout fit` shows what fits.",
    exit: 1,
    http: 507,
  },
  "engine-rejected": {
    template: "the engine refuses these settings: {got}",
    hint: "`loadout fit` predicts which settings this engine accepts.",
    exit: 2,
    http: 422,
  },
  "engine-unsupported-setting": {
    template: "{engine} has no setting for {what}: expected {expected}, got {got}",
    hint: "Leave the setting out, or use an engine that has it (llama-server).",
    exit: 2,
    http: 422,
  },
  "engine-context-full": {
    template: "the prompt has {got} tokens, and a sequence holds {expected}",
    hint: "Shorten the prompt, or start with a longer context (--context).",
    exit: 2,
    http: 400,
  },
  "engine-slow": {
    template: "the engine did not finish {what} within {expected}",
    hint: "The machine may be busy or swapping; try again, or give it more time.",
    exit: 5,
    http: 504,
  },
  "engine-died": {
    template: "the engine's process ended by itself during {what}: {got}",
    hint: "Its last words are in `lastLines` (--json). Out of memory ends a process by SIGKILL, a build for another processor by SIGILL.",
    exit: 5,
    http: 502,
  },
  "engine-stopped": {
    template: "the engine was stopped already and cannot {what}",
    hint: "Start it again.",
    exit: 5,
    http: 503,
  },
  "engine-failed": {
    template: "the engine failed during {what}: {got}",
    hint: "Please report it with the command and `loadout doctor --json` if it repeats.",
    exit: 5,
    http: 502,
  },
} as const;
