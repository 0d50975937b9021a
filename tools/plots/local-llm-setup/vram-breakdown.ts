import { paint, stackedBars, type Bar, type Part } from "../../../src/draw/index.ts";
import { formatBytes, formatNumber, formatTokens } from "../../../src/facts/units/index.ts";
import { choose, good, type Choice } from "../../../src/plan/fit/index.ts";
import type { Estimate } from "../../../src/predict/estimate/index.ts";
import type { Plot } from "../plot.ts";
import { asked, FACTS_DATE, shortName, SOURCE, type Asked } from "../question.ts";

/** Set-ups that people run, smallest first: model, file type, context of each chat, chats. */
const SETUPS: readonly (readonly [model: string, quant: string, context: number, users: number])[] = [
  ["Llama-3.2-3B-Instruct", "Q4_K_M", 8192, 1],
  ["Llama-3.1-8B-Instruct", "Q4_K_M", 16_384, 1],
  ["gemma-4-12B-it", "Q4_K_M", 32_768, 1],
  ["gpt-oss-20b", "MXFP4_MOE", 32_768, 1],
  ["Mistral-Small-3.2-24B-Instruct-2506", "Q4_K_M", 32_768, 1],
  ["Mistral-Small-3.2-24B-Instruct-2506", "Q4_K_M", 32_768, 4],
  ["Qwen3.6-27B", "Q4_K_M", 32_768, 1],
  ["Qwen3.6-27B", "Q4_K_M", 131_072, 1],
  ["Qwen3.6-35B-A3B", "Q4_K_M", 32_768, 4],
  ["Llama-3.3-70B-Instruct", "Q4_K_M", 8192, 1],
];

/** Memory of cards that are sold most, GiB. */
const CAPACITIES = [8, 12, 16, 24, 32, 48] as const;
const GIB = 2 ** 30;

const PARTS: readonly Part[] = [
  { key: "weights", label: "weights", colour: paint("s1") },
  { key: "kv", label: "KV cache and state", colour: paint("s2") },
  { key: "compute", label: "compute buffers", colour: paint("s3") },
  { key: "driver", label: "driver, pools", colour: paint("s4") },
  { key: "held", label: "taken before", colour: paint("s5") },
];

/** Leaves of a device's tree, by what they are told apart as. */
const PART_OF: readonly (readonly [key: RegExp, part: string])[] = [
  [/^(weights|repacked|lora)/, "weights"],
  [/^(kv|recurrent)/, "kv"],
  [/^(compute|output)/, "compute"],
  [/^(context|pools|slack)/, "driver"],
];

interface Measured {
  readonly asked: Asked;
  readonly choice: Choice;
  readonly capacity: number;
  readonly users: number;
  readonly context: number;
  readonly device: Estimate;
}

export async function vramBreakdown(): Promise<Plot> {
  const measured: Measured[] = [];
  for (const [model, quant, context, users] of SETUPS) measured.push(await smallestCard(model, quant, context, users));
  const bars = measured.map(barOf);
  const text = {
    title: titleOf(measured),
    subtitle: "Memory on the card of ten local set-ups, GiB, against what cards have (dashed)",
    description: `Horizontal stacked bars of GPU memory for ten set-ups, split into weights, KV cache, compute buffers, driver and what is taken before, with lines at ${CAPACITIES.join(", ")} GB.`,
    notes: [
      "Engine buffers are exact to the byte; driver, pools and what a desktop takes are intervals (the whisker). Flash attention, f16 cache, everything on the card.",
    ],
    source: SOURCE,
    date: FACTS_DATE,
    table: {
      columns: ["set-up", ...PARTS.map(({ label }) => `${label}, GiB`), "in all, GiB", "smallest card"],
      rows: bars.map(({ label, note = "", values, end }) => [
        `${label}, ${note}`,
        ...PARTS.map(({ key }) => formatNumber(values[key] ?? 0)),
        formatNumber(Object.values(values).reduce((sum, value) => sum + value, 0)),
        end,
      ]),
    },
  };
  const axis = {
    label: "GiB",
    most: 50,
    ticks: [0, 10, 20, 30, 40, 50],
    format: (value: number) => formatNumber(value),
  };
  const capacities = CAPACITIES.map((value) => ({ value, label: `${value} GB` }));
  return {
    name: "vram-breakdown",
    svg: (theme) => stackedBars({ text, parts: PARTS, bars, capacities, axis }, theme),
    data: {
      schema: "loadout/plot/1",
      plot: "vram-breakdown",
      title: text.title,
      description: text.description,
      source: text.source,
      date: text.date,
      notes: text.notes,
      loadouts: measured.map(({ asked: { loadout }, choice }) => ({ ...loadout, settings: choice.settings })),
      rows: measured.map((each) => ({
        loadout: each.asked.loadout.id,
        contextTokens: each.context,
        users: each.users,
        smallestCardGiB: each.capacity,
        verdict: each.choice.now.verdict,
        deviceBytes: each.device.value,
        deviceLowBytes: each.device.low ?? each.device.value,
        deviceHighBytes: each.device.high ?? each.device.value,
        ...Object.fromEntries(PARTS.map(({ key }) => [`${key}Bytes`, bytesOf(each.device, key)])),
      })),
    },
  };
}

/** The smallest card that holds all of it: what is needed is the same on each, what a driver keeps differs a little. */
async function smallestCard(model: string, quant: string, context: number, users: number): Promise<Measured> {
  let least = 0;
  for (const capacity of CAPACITIES) {
    if (capacity < least) continue;
    const question = await asked(model, quant, { vram: [`${capacity}GB`] }, { context, users, gpuLayers: "all" });
    const choice = choose(question.request);
    const device = choice.memory?.parts?.find(({ key }) => key === "device-0");
    if (!device) throw new Error(`${model} is refused by the engine`);
    if (good(choice.now.verdict) || capacity === CAPACITIES.at(-1))
      return { asked: question, choice, capacity, users, context, device };
    // cards between this one and the need are not asked
    least = Math.floor(device.value / GIB);
  }
  throw new Error("no card is listed");
}

function bytesOf(device: Estimate, part: string): number {
  const partOf = (key: string) => PART_OF.find(([pattern]) => pattern.test(key))?.[1] ?? "held";
  return (device.parts ?? []).filter(({ key }) => partOf(key) === part).reduce((sum, { value }) => sum + value, 0);
}

function barOf({ asked: question, choice, capacity, users, context, device }: Measured): Bar {
  const { verdict } = choice.now;
  const word = verdict === "fits" ? "fits" : verdict === "tight" ? "tight in" : "not even in";
  return {
    label: shortName(question),
    note: `${question.weights.facts.quantization}, ${formatTokens(context)}${users === 1 ? "" : ` x ${users} chats`}`,
    values: Object.fromEntries(PARTS.map(({ key }) => [key, bytesOf(device, key) / GIB])),
    low: (device.low ?? device.value) / GIB,
    high: (device.high ?? device.value) / GIB,
    end: `${formatBytes(device.value)} · ${word} ${capacity} GB`,
  };
}

/** Two bars of one model tell it best: what more context and chats do to the card that is needed. */
function titleOf(measured: readonly Measured[]): string {
  const pairs = measured.flatMap((one, index) => {
    const next = measured[index + 1];
    return next?.asked.loadout.model === one.asked.loadout.model ? [[one, next] as const] : [];
  });
  const [pair] = pairs.toSorted(
    (one, other) => other[1].capacity - other[0].capacity - (one[1].capacity - one[0].capacity),
  );
  if (!pair) return "Weights decide which card a model needs";
  const [one, more] = pair;
  const what =
    more.users === 1
      ? `${formatTokens(more.context)} of context`
      : `${more.users} chats of ${formatTokens(more.context)}`;
  return `Chats multiply the cache: ${what} take ${shortName(one.asked)} from a ${one.capacity} GB card to ${more.capacity}`;
}
