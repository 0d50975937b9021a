/** Simulating a server: what it stands on may be missing. */
export const SIMULATE_ERRORS = {
  "simulate-no-pace": {
    template: "simulate: no time of a step is known for {engine} on {rig}",
    hint: "Name a card of the catalog (`loadout gpus`), or another --engine.",
    exit: 2,
    http: 400,
  },
  "simulate-no-load": {
    template: "simulate: nothing says what is asked of the server",
    hint: "Add --users 8, --rate 2 or --trace FILE.",
    exit: 2,
    http: 400,
  },
  "simulate-bad-file": {
    template: "simulate: {path} is no {wanted}: {problem}",
    hint: "--trace reads Azure's CSV and mooncake's JSON lines, --replay what `loadout bench --json` printed.",
    exit: 2,
    http: 400,
  },
} as const;
