/** What can go wrong with the store of receipts. */
export const RECEIPT_ERRORS = {
  "receipts-newer": {
    template: "{path} was written by a newer Loadout: its form is {got}, and this one knows forms up to {expected}",
    hint: "Update Loadout, or move the file away to start a new one.",
    exit: 3,
    http: 500,
  },
  "receipts-unreadable": {
    template: "{path} cannot be used as the store of receipts: {got}",
    hint: "Check the folder's permissions and its disk; a damaged file may be moved away, and Loadout starts a new one.",
    exit: 3,
    http: 500,
  },
  "receipt-not-found": {
    template: "there is no receipt {got}",
    hint: "`loadout receipts` lists them.",
    exit: 2,
    http: 404,
  },
  "calibration-not-found": {
    template: "there is no calibration {got}",
    hint: "`loadout receipts` lists them.",
    exit: 2,
    http: 404,
  },
} as const;
