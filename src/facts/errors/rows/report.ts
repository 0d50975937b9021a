/** Reports: what they cannot hold, and files that cannot be written. */
export const REPORT_ERRORS = {
  "report-too-many": {
    template: "report: expected at most {expected} loadouts beside each other, got {got}",
    hint: "Leave out an --against, or write two reports.",
    exit: 2,
    http: 400,
  },
  "report-file": {
    template: "report --out: expected a name that ends in .html or .md, or has no ending, got {got}",
    hint: "loadout report MODEL --out report.html",
    exit: 2,
    http: 400,
  },
  "report-unwritable": {
    template: "the report cannot be written to {path}: {problem}",
    hint: "--out names a file in a folder that exists and may be written to.",
    exit: 3,
    http: 500,
  },
} as const;
