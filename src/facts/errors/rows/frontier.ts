/** Throughput against waiting: what there is nothing to choose from. */
export const FRONTIER_ERRORS = {
  "frontier-no-setting": {
    template: "frontier: no setting of {engine} fits {model} on {rig}, or no time of a step is known there",
    hint: "`loadout fit {argument}` says what is lacking; --context 2048 or a smaller --quant makes room.",
    exit: 1,
    http: 507,
  },
} as const;
