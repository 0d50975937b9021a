import {
  DASHES,
  lineSwatch,
  paint,
  panelsChart,
  RULE_DASHES,
  type Panel,
  type Series,
} from "../../../src/draw/index.ts";
import type { CacheType } from "../../../src/facts/runtime/index.ts";
import { formatBytes, formatNumber, formatTokens } from "../../../src/facts/units/index.ts";
import { settingsFor } from "../../../src/plan/fit/index.ts";
import { storedBuffers } from "../../../src/predict/memory/index.ts";
import type { Plot } from "../plot.ts";
import { asked, FACTS_DATE, RUNTIME, shortName, SOURCE, type Asked } from "../question.ts";

/** Four ways to remember, in models of one size. */
const MODELS: readonly (readonly [model: string, quant: string, kind: string])[] = [
  ["Mistral-Small-3.2-24B-Instruct-2506", "Q4_K_M", "every layer keeps everything"],
  ["gemma-4-31B-it", "Q4_K_M", "most layers keep a window"],
  ["GLM-4.7-Flash", "Q4_K_M", "compressed (MLA)"],
  ["Qwen3.6-27B", "Q4_K_M", "hybrid: a state in most layers"],
];
const CONTEXTS = [4096, 8192, 16_384, 32_768, 65_536, 131_072] as const;
const USERS = [1, 4, 16] as const;
const TYPES: readonly CacheType[] = ["f16", "q8_0"];
const GIB = 2 ** 30;
const CARD_GIB = 24;
const COLOURS = { 1: paint("s1"), 4: paint("s3"), 16: paint("s2") } as const;

interface Cell {
  readonly context: number;
  readonly users: (typeof USERS)[number];
  readonly type: CacheType;
  readonly kvBytes: number;
  readonly stateBytes: number;
}

export async function kvCache(): Promise<Plot> {
  const models: { readonly question: Asked; readonly kind: string; readonly cells: readonly Cell[] }[] = [];
  for (const [model, quant, kind] of MODELS) {
    const question = await asked(model, quant, { vram: [`${CARD_GIB}GB`] }, { gpuLayers: "all" });
    models.push({ question, kind, cells: cellsOf(question) });
  }
  const bytesAt = (at: number, users: number, context: number, type: CacheType = "f16") => {
    const cell = models[at]!.cells.find((one) => one.users === users && one.context === context && one.type === type)!;
    return cell.kvBytes + cell.stateBytes;
  };
  const [first, last] = [CONTEXTS[0], CONTEXTS.at(-1)!];
  const growth = (at: number) => formatNumber(bytesAt(at, 1, last) / bytesAt(at, 1, first), 2);
  const panels = models.map(({ question, kind, cells }): Panel => ({
    title: shortName(question),
    x: {
      label: "context of each chat, tokens",
      scale: "log",
      domain: [first, last],
      ticks: CONTEXTS,
      format: formatTokens,
    },
    y: {
      label: kind,
      scale: "log",
      domain: [1 / 16, 512],
      ticks: [0.125, 1, 8, 64, 512],
      format: (value) => formatNumber(value),
    },
    series: seriesOf(cells),
    rules: [{ axis: "y", at: CARD_GIB }],
  }));
  const text = {
    title: `32 times the context is ${growth(0)} times the cache with full attention, ${growth(1)} with windows, ${growth(3)} in a hybrid`,
    subtitle: "KV cache and state, GiB; both axes logarithmic, so what bends is not proportional",
    description:
      "Four small plots of cache size against context from 4k to 128k tokens, for 1, 4 and 16 chats with a cache in f16 and q8_0: full attention, sliding windows, multi-head latent attention and a hybrid with recurrent layers.",
    notes: [
      `At 128k one chat takes ${models.map(({ question }, at) => `${formatBytes(bytesAt(at, 1, last))} (${panels[at]!.title ?? question.loadout.id})`).join(", ")}. Chats multiply it; a cache in q8_0 takes 17/32 of f16, and the recurrent state stays as it is.`,
    ],
    source: SOURCE,
    date: FACTS_DATE,
    table: {
      columns: ["model", "chats", "cache type", ...CONTEXTS.map((context) => `${formatTokens(context)}, GiB`)],
      rows: models.flatMap(({ question, cells }) =>
        USERS.flatMap((users) =>
          TYPES.map((type) => [
            question.weights.facts.name,
            String(users),
            type,
            ...cells
              .filter((cell) => cell.users === users && cell.type === type)
              .map(({ kvBytes, stateBytes }) => formatNumber((kvBytes + stateBytes) / GIB)),
          ]),
        ),
      ),
    },
  };
  const keys = [
    { label: "cache in f16", mark: lineSwatch(paint("soft")) },
    { label: "cache in q8_0", mark: lineSwatch(paint("soft"), DASHES.dashed) },
    { label: `what a ${CARD_GIB} GB card has`, mark: lineSwatch(paint("limit"), RULE_DASHES) },
  ];
  return {
    name: "kv-cache-vs-context",
    svg: (theme) => panelsChart({ text, panels, keys, columns: 2, plotHeight: 190 }, theme),
    data: {
      schema: "loadout/plot/1",
      plot: "kv-cache-vs-context",
      title: text.title,
      description: text.description,
      source: text.source,
      date: text.date,
      notes: text.notes,
      loadouts: models.map(({ question }) => question.loadout),
      rows: models.flatMap(({ question, cells }) =>
        cells.map(({ context, type, ...rest }) => ({
          loadout: question.loadout.id,
          contextTokens: context,
          cacheType: type,
          ...rest,
        })),
      ),
    },
  };
}

function cellsOf({ request }: Asked): Cell[] {
  const { geometry, rig } = request;
  const { build, caller } = RUNTIME;
  const fixed = { geometry, build, caller, devices: rig.devices, cpuFeatures: rig.host.cpu.features };
  return USERS.flatMap((users) =>
    TYPES.flatMap((type) =>
      CONTEXTS.map((context): Cell => {
        const settings = settingsFor({ context, users, microBatch: 512, cacheType: type, gpuLayers: "all" });
        const buffers = storedBuffers({ ...fixed, settings });
        const bytes = (term: string) =>
          buffers.filter((buffer) => buffer.term === term).reduce((sum, buffer) => sum + buffer.bytes, 0);
        return { context, users, type, kvBytes: bytes("kv"), stateBytes: bytes("recurrent") };
      }),
    ),
  );
}

function seriesOf(cells: readonly Cell[]): Series[] {
  return USERS.flatMap((users) =>
    TYPES.map((type): Series => {
      const points = cells
        .filter((cell) => cell.users === users && cell.type === type)
        .map(({ context, kvBytes, stateBytes }) => ({ x: context, y: (kvBytes + stateBytes) / GIB }));
      const named = type === "f16" ? { label: users === 1 ? "1 chat" : `${users} chats` } : {};
      return { ...named, colour: COLOURS[users], points, line: type === "f16" ? "solid" : "dashed" };
    }),
  );
}
