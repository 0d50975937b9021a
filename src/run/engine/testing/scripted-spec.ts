import type { ServerSpec } from "../server.ts";
import type { ScriptedOptions } from "./scripted-server.ts";

/** A spec for engines that only drive a scripted one. */
export const SCRIPTED_SPEC: ServerSpec = {
  name: "scripted",
  backend: "auto",
  settings: {
    context: 1024,
    sequences: 2,
    unifiedCache: false,
    batch: 512,
    microBatch: 512,
    flashAttention: true,
    cacheTypeK: "f16",
    cacheTypeV: "f16",
    gpuLayers: 0,
  },
};

const LONG = Array.from({ length: 400 }, (_, index) => ({ content: `word${index} ` }));

/** A scripted engine that passes the suite: a long request takes as long as its client stays. */
export const SCRIPTED_SUITE: ScriptedOptions = {
  slots: 2,
  contextPerSlot: 512,
  script: ({ body }) =>
    JSON.stringify(body).includes('"max_tokens":400')
      ? { steps: [LONG[0]!, { until: new Promise(() => {}) }, ...LONG] }
      : {},
};

/** A clock on which every pause is over at once. */
export const INSTANT = { now: () => 0, pause: () => Promise.resolve() };
