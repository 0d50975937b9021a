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
  "serve-keys": {
    template: "the keys in {path} cannot be read: {got}",
    hint: "A line a key: NAME SECRET [interactive|batch]. Lines that begin with # are skipped.",
    exit: 2,
    http: 400,
  },
} as const;
