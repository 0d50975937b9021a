/** Choosing a device: prices and limits that say nothing. */
export const CARD_ERRORS = {
  "prices-unreadable": {
    template: "prices: {path} cannot be read: {problem}",
    hint: "A line is a device and its price: rtx-3090,700 (docs/gpus.md).",
    exit: 2,
    http: 400,
  },
  "price-unreadable": {
    template: "prices: {where} is no price: {problem}",
    hint: "A line is a device and its price: rtx-3090,700 (docs/gpus.md).",
    exit: 2,
    http: 400,
  },
  "budget-without-prices": {
    template: "--budget {budget}: no price of today is known here",
    hint: "Write what devices cost where you buy, a line each (rtx-3090,700), and name the file: --prices FILE.",
    exit: 2,
    http: 400,
  },
  "for-missing": {
    template: "gpus: {flags} only with a model to choose for",
    hint: "Name it: loadout gpus --for qwen3-8b {example}",
    exit: 2,
    http: 400,
  },
} as const;
