/** What can go wrong before a model is served. */
export const SERVE_ERRORS = {
  "serve-no-fit": {
    template: "{what} does not fit this machine with these settings",
    hint: "`loadout fit {argument}` says what is lacking and what would fit.",
    exit: 1,
    http: 507,
  },
  "serve-two-names": {
    template: 'two models would be served as "{name}"',
    hint: "Give them names: --name NAME once for each model, in order.",
    exit: 2,
    http: 400,
  },
  "serve-more-names": {
    template: "{names} names were given for {models} models",
    hint: "--name is given once for each model, in their order.",
    exit: 2,
    http: 400,
  },
  "serve-keys": {
    template: "the keys in {path} cannot be read: {got}",
    hint: "A line a key: NAME SECRET [interactive|batch]. Lines that begin with # are skipped.",
    exit: 2,
    http: 400,
  },
  "serve-needs-llama-server": {
    template: "{flag} needs llama-server, and the model would be served by the engine inside Loadout ({because})",
    hint: "Install llama.cpp so that llama-server is on the PATH, or name the program in LOADOUT_LLAMA_SERVER; or leave {flag} out.",
    exit: 3,
    http: 422,
  },
  "serve-other-file": {
    template: "{flag}: {path} is a file of kind {got}; expected: {expected}",
    hint: "Projectors are usually called mmproj-*.gguf; adapters are converted by llama.cpp's convert_lora_to_gguf.py.",
    exit: 2,
    http: 422,
  },
} as const;
