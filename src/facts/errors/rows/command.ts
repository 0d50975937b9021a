/** Questions that cannot be answered as asked: words, numbers and units people typed. */
export const COMMAND_ERRORS = {
  "bad-quantity": {
    template: '{what}: expected {expected}, got "{got}"',
    hint: "Write for example {example}.",
    exit: 2,
    http: 400,
  },
  "bad-command-line": {
    template: "the command line cannot be read: {got}",
    hint: "`loadout COMMAND --help` shows what can be asked, with examples.",
    exit: 2,
    http: 400,
  },
  "unknown-value": {
    template: '{what}: expected one of {expected}, got "{got}"',
    hint: "Did you mean {nearest}?",
    exit: 2,
    http: 400,
  },
  "flag-beside-model": {
    template: "{flag} chooses among models, and one is named: {got}",
    hint: "Leave out {flag}, or the model.",
    exit: 2,
    http: 400,
  },
  "flag-without-model": {
    template: "{flag} is about one model, and none is named",
    hint: "Name the model: loadout fit MODEL {flag} ...",
    exit: 2,
    http: 400,
  },
  "draft-missing": {
    template: "{flag} describes guesses, and nothing guesses",
    hint: "Name a small model of the same family with --draft, or --draft mtp, eagle3:FILE, or ngram.",
    exit: 2,
    http: 400,
  },
  "draft-not-a-head": {
    template: "--draft eagle3: {name} is a model of architecture {architecture}, not a draft head of EAGLE-3",
    hint: "Name a GGUF file whose architecture is eagle3; a small model drafts without the word before it.",
    exit: 2,
    http: 422,
  },
  "draft-is-a-head": {
    template: "--draft {draft}: {name} is a draft head of EAGLE-3, which a server is told apart",
    hint: "Write --draft eagle3:FILE.",
    exit: 2,
    http: 422,
  },
  "draft-head-alone": {
    template: "{name} is a draft head of EAGLE-3: it guesses for another model, and writes nothing alone",
    hint: "Name the model, and this file with --draft eagle3:FILE.",
    exit: 2,
    http: 422,
  },
  "draft-head-refused": {
    template: "{name} cannot draft here: {because}",
    hint: "Take the head that was trained for this model, or draft with a small model of the same family.",
    exit: 2,
    http: 422,
  },
  "draft-type-unknown": {
    template: "--spec-type {types}: what these guesses take in memory is not known here",
    hint: "Known, one at a time: draft-simple, draft-eagle3, draft-mtp, ngram-simple, ngram-map-k, ngram-map-k4v, ngram-mod.",
    exit: 2,
    http: 422,
  },
  "draft-vocabulary": {
    template:
      "{name} cannot draft for {model}: its vocabulary has {entries} entries, not {modelEntries}, and a server takes a difference of {most} at most",
    hint: "Draft with a small model of the same family, or with --draft ngram, which needs none.",
    exit: 2,
    http: 422,
  },
  "model-not-found": {
    template: 'no model called "{got}" here: it is neither a file nor the name of weights found on this machine',
    hint: "`loadout models --local` lists what is here (nearest: {nearest}); a path to a .gguf file works too.",
    exit: 2,
    http: 404,
  },
  "consent-needed": {
    template: "{what} would download {size}, and nobody can be asked: there is no terminal",
    hint: "Repeat the command with --yes to allow it.",
    exit: 4,
    http: 409,
  },
  declined: {
    template: "{what} was not downloaded: you said no",
    hint: "Name weights you already have with --model FILE.",
    exit: 4,
    http: 409,
  },
  "removal-unconfirmed": {
    template: "{path} ({size}) is not removed: nobody can be asked, there is no terminal",
    hint: "Repeat the command with --yes to allow it.",
    exit: 4,
    http: 409,
  },
  interrupted: {
    template: "stopped on request",
    hint: "Nothing is left running; the same command starts again.",
    exit: 130,
    http: 499,
  },
  internal: {
    template: "a fault in Loadout itself: {what}",
    hint: "Please report it with the command and `loadout doctor --json`.",
    exit: 70,
    http: 500,
  },
} as const;
