/** Questions that nothing at hand can answer: a page has no files but those dropped on it, and no machine of its own. */
export const ASK_ERRORS = {
  "model-elsewhere": {
    template: '"{got}" is read over the network, which a page does not do',
    hint: "Drop the model's file on the page (its header alone is read), or ask `loadout fit {got}`.",
    exit: 2,
    http: 400,
  },
  "model-not-open": {
    template: 'no file called "{got}" is open here',
    hint: "Drop the file on the page again: it is not kept, and an address cannot carry it. Open: {open}.",
    exit: 2,
    http: 404,
  },
  "rig-undescribed": {
    template: "no rig is described, and there is no machine here to be asked",
    hint: "Describe one: --vram 24GB, or --gpu rtx-3090 --ram 64GB.",
    exit: 2,
    http: 400,
  },
} as const;
