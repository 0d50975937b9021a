/** Rigs written by hand that are no rig. */
export const RIG_ERRORS = {
  "device-not-found": {
    template: '{what}: no device called "{got}" is known',
    hint: "Nearest: {nearest}. `loadout gpus WORDS` searches; --vram 24GB stands for any card.",
    exit: 2,
    http: 404,
  },
  "device-ambiguous": {
    template: '{what}: "{got}" may be {count} devices',
    hint: "Name one: {candidates}.",
    exit: 2,
    http: 400,
  },
  "device-not-a-device": {
    template: '{what}: "{got}" is the memory of a processor ({name}), no device',
    hint: "Write it behind the RAM: --ram 64GB:{id}.",
    exit: 2,
    http: 400,
  },
  "device-size-needed": {
    template: "{what}: {name} is sold with {sizes}, and which is not said",
    hint: "Write for example {example}.",
    exit: 2,
    http: 400,
  },
  "rig-contradiction": {
    template: "{what}: expected {expected}, got {got}",
    hint: "{advice}",
    exit: 2,
    http: 400,
  },
} as const;
