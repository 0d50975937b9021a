import type { Pooling } from "../../model/index.ts";
import { parseTensorOverrides } from "../llamacpp-overrides.ts";
import type { SlotFlags } from "../llamacpp-slots.ts";
import { LOOK_UP_NAMES, LOOK_UPS, type LookUp } from "../look-ups.ts";
import type { CacheType, LlamaCppSettings, LoadMode } from "../llamacpp.ts";

/** What a command line of llama-server says of memory; slots are made of it by `serverSlots`. */
export interface ServerArguments {
  readonly settings: Omit<LlamaCppSettings, "context" | "sequences" | "unifiedCache">;
  readonly slots: SlotFlags;
  readonly threads?: number;
  /** what it loads: a file (-m) or a repository (-hf) */
  readonly model?: string;
  /** machines whose devices take part (--rpc) */
  readonly nodes: readonly string[];
  /** how it guesses tokens ahead (--spec-type, -md and their like) */
  readonly guesses?: ToldGuesses;
}

/** What guesses, as the flags say it; a model alone is a draft of its own. */
export type ToldGuesses =
  | {
      readonly by: "model" | "eagle3" | "mtp" | "ngram";
      readonly model?: string;
      readonly lookUp?: LookUp;
      readonly draftTokens?: number;
      /** -ctkd, -ctvd, -ngld, -devd, -otd: of what drafts alone */
      readonly placed?: ToldPlaces;
    }
  /** of a kind that is not known here, or of several */
  | { readonly by: "other"; readonly types: string };

export type ToldPlaces = Partial<
  Pick<LlamaCppSettings, "cacheTypeK" | "cacheTypeV" | "gpuLayers" | "devices" | "tensorOverrides">
>;

type Mutable<Value> = { -readonly [Key in keyof Value]: Value[Key] };

interface Draft {
  readonly settings: Mutable<ServerArguments["settings"]>;
  readonly slots: Mutable<SlotFlags>;
  threads?: number;
  model?: string;
  nodes: readonly string[];
  guessTypes?: string | undefined;
  drafts?: string | undefined;
  draftTokens?: number | undefined;
  readonly placed: Mutable<ToldPlaces>;
  lookUpTokens?: Readonly<Partial<Record<LookUp, number>>>;
}

/** Settings a server starts from (its --help, b11434); `-fit` may lower what was not said. */
const DEFAULTS: ServerArguments["settings"] = {
  batch: 2048,
  microBatch: 512,
  flashAttention: "auto",
  cacheTypeK: "f16",
  cacheTypeV: "f16",
  gpuLayers: "all",
};

const CACHE_TYPES: readonly CacheType[] = ["f16", "f32", "bf16", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0", "iq4_nl"];
const LOAD_MODES: readonly LoadMode[] = ["auto", "none", "mmap", "mlock", "mmap+mlock", "dio"];
const POOLINGS: readonly Pooling[] = ["none", "mean", "cls", "last", "rank"];
const SPLIT_MODES = ["layer", "none", "row", "tensor"] as const;

/** The word if it is one of these, else the first: `checkArguments` has spoken of it. */
function among<Word extends string>(words: readonly Word[], value: string): Word {
  return words.find((word) => word === value) ?? words[0]!;
}

/** By spelling; the value is "" for a flag that takes none. Flags that are not here do not decide memory. */
const READERS: Readonly<Record<string, (draft: Draft, value: string) => void>> = Object.fromEntries(
  (
    [
      ["-m --model -hf -hfr --hf-repo", (draft, value) => (draft.model = value)],
      ["-c --ctx-size", ({ slots }, value) => (slots.context = Number(value))],
      ["-np --parallel", ({ slots }, value) => (slots.parallel = Number(value) < 0 ? "auto" : Number(value))],
      ["-kvu --kv-unified", ({ slots }) => (slots.kvUnified = true)],
      ["-no-kvu --no-kv-unified", ({ slots }) => (slots.kvUnified = false)],
      ["--kv-unified-per-slot", ({ slots }, value) => (slots.kvUnifiedPerSlot = Number(value))],
      ["-b --batch-size", ({ settings }, value) => (settings.batch = Number(value))],
      ["-ub --ubatch-size", ({ settings }, value) => (settings.microBatch = Number(value))],
      [
        "-fa --flash-attn",
        ({ settings }, value) => (settings.flashAttention = value === "auto" ? value : value === "on"),
      ],
      ["-ctk --cache-type-k", ({ settings }, value) => (settings.cacheTypeK = among(CACHE_TYPES, value))],
      ["-ctv --cache-type-v", ({ settings }, value) => (settings.cacheTypeV = among(CACHE_TYPES, value))],
      ["--swa-full", ({ settings }) => (settings.fullWindowCache = true)],
      ["-t --threads", (draft, value) => (draft.threads = Number(value))],
      ["-ngl --gpu-layers --n-gpu-layers", ({ settings }, value) => (settings.gpuLayers = layersOf(value))],
      ["-sm --split-mode", ({ settings }, value) => (settings.splitMode = among(SPLIT_MODES, value))],
      ["-mg --main-gpu", ({ settings }, value) => (settings.mainGpu = Number(value))],
      ["-ts --tensor-split", ({ settings }, value) => (settings.tensorSplit = value.split(/[,/]/).map(Number))],
      ["-dev --device", ({ settings }, value) => (settings.devices = value === "none" ? [] : value.split(","))],
      ["-ot --override-tensor", ({ settings }, value) => (settings.tensorOverrides = overrides(settings, value))],
      ["-cmoe --cpu-moe", ({ settings }) => (settings.expertLayersOnHost = "all")],
      ["-ncmoe --n-cpu-moe", ({ settings }, value) => (settings.expertLayersOnHost = Number(value))],
      ["-ncffn --n-cpu-ffn", ({ settings }, value) => (settings.denseLayersOnHost = Number(value))],
      ["-kvo --kv-offload", ({ settings }) => (settings.cacheOnHost = false)],
      ["-nkvo --no-kv-offload", ({ settings }) => (settings.cacheOnHost = true)],
      ["--op-offload", ({ settings }) => (settings.opOffload = true)],
      ["--no-op-offload", ({ settings }) => (settings.opOffload = false)],
      ["--repack", ({ settings }) => (settings.repack = true)],
      ["-nr --no-repack", ({ settings }) => (settings.repack = false)],
      ["--no-host", ({ settings }) => (settings.pinnedHostWeights = false)],
      ["-lm --load-mode", ({ settings }, value) => (settings.loadMode = among(LOAD_MODES, value))],
      ["--mmap", ({ settings }) => (settings.memoryMap = true)],
      ["--no-mmap", ({ settings }) => (settings.memoryMap = false)],
      ["--mlock", ({ settings }) => (settings.loadMode = "mlock")],
      [
        "-ctxcp --ctx-checkpoints --swa-checkpoints",
        ({ settings }, value) => (settings.contextCheckpoints = Number(value)),
      ],
      ["-cram --cache-ram", ({ settings }, value) => (settings.promptCacheMib = Number(value))],
      ["--embedding --embeddings", ({ settings }) => (settings.embeddings = true)],
      [
        "--rerank --reranking",
        ({ settings }) => {
          settings.embeddings = true;
          settings.pooling = "rank";
        },
      ],
      ["--pooling", ({ settings }, value) => (settings.pooling = among(POOLINGS, value))],
      ["--spec-type", (draft, value) => (draft.guessTypes = joined(draft.guessTypes, value))],
      [
        "-md --model-draft --spec-draft-model -hfd -hfrd --hf-repo-draft --spec-draft-hf",
        (draft, value) => (draft.drafts = value),
      ],
      [
        "-ctkd --spec-draft-type-k --cache-type-k-draft",
        ({ placed }, value) => (placed.cacheTypeK = among(CACHE_TYPES, value)),
      ],
      [
        "-ctvd --spec-draft-type-v --cache-type-v-draft",
        ({ placed }, value) => (placed.cacheTypeV = among(CACHE_TYPES, value)),
      ],
      [
        "-ngld --spec-draft-ngl --gpu-layers-draft --n-gpu-layers-draft",
        ({ placed }, value) => (placed.gpuLayers = layersOf(value)),
      ],
      [
        "-devd --spec-draft-device --device-draft",
        ({ placed }, value) => (placed.devices = value === "none" ? [] : value.split(",")),
      ],
      [
        "-otd --spec-draft-override-tensor --override-tensor-draft",
        ({ placed }, value) => (placed.tensorOverrides = overrides(placed, value)),
      ],
      ["--spec-draft-n-max", (draft, value) => (draft.draftTokens = Number(value))],
      ...LOOK_UP_NAMES.map(
        (name) =>
          [
            LOOK_UPS[name].tokensFlag,
            (draft: Draft, value: string) => (draft.lookUpTokens = { ...draft.lookUpTokens, [name]: Number(value) }),
          ] satisfies [string, unknown],
      ),
      ["--spec-default", (draft) => (draft.guessTypes = joined(draft.guessTypes, "ngram-mod"))],
      ["--rpc", (draft, value) => (draft.nodes = value.split(","))],
    ] satisfies [string, (draft: Draft, value: string) => unknown][]
  ).flatMap(([names, read]) => names.split(" ").map((name) => [name, read] as const)),
);

/** Arguments that `checkArguments` finds no fault with; what is said twice counts as said last, `-ot` adds up. */
export function readServerArguments(args: readonly string[]): ServerArguments {
  const draft: Draft = { settings: { ...DEFAULTS }, slots: {}, nodes: [], placed: {} };
  args.forEach((argument, at) => READERS[argument]?.(draft, args[at + 1] ?? ""));
  const { guessTypes, drafts, draftTokens, lookUpTokens, placed, ...read } = draft;
  const guesses = guessesOf({ guessTypes, drafts, draftTokens, lookUpTokens, placed });
  return { ...read, ...(guesses ? { guesses } : {}) };
}

/** What guesses; of a kind without memory here (dflash, dspark, a lookup file), or of several at once, only the name. */
function guessesOf({
  guessTypes,
  drafts,
  draftTokens,
  lookUpTokens,
  placed,
}: Pick<Draft, "guessTypes" | "drafts" | "draftTokens" | "lookUpTokens" | "placed">): ToldGuesses | undefined {
  const types = guessTypes ?? (drafts === undefined ? "none" : "draft-simple");
  const asked = types.split(",").filter((name) => name !== "none");
  const [type] = asked;
  if (type === undefined) return undefined;
  const lookUp = LOOK_UP_NAMES.find((name) => name === type);
  const by = lookUp ? "ngram" : GUESSERS[type];
  if (asked.length > 1 || by === undefined) return { by: "other", types };
  const ownModel = by === "model" || by === "eagle3";
  if (ownModel && drafts === undefined) return undefined;
  const tokens = lookUp ? (lookUpTokens?.[lookUp] ?? LOOK_UPS[lookUp].usualTokens) : draftTokens;
  return {
    by,
    ...(ownModel && drafts !== undefined ? { model: drafts } : {}),
    ...(lookUp && lookUp !== "ngram-simple" ? { lookUp } : {}),
    ...(tokens === undefined ? {} : { draftTokens: tokens }),
    ...(lookUp || Object.keys(placed).length === 0 ? {} : { placed }),
  };
}

/** Said again, a type comes on top. */
function joined(before: string | undefined, value: string): string {
  return before === undefined ? value : `${before},${value}`;
}

const GUESSERS: Readonly<Record<string, "model" | "eagle3" | "mtp">> = {
  "draft-simple": "model",
  "draft-eagle3": "eagle3",
  "draft-mtp": "mtp",
};

function layersOf(value: string): number | "all" {
  return value === "all" || value === "auto" || Number(value) < 0 ? "all" : Number(value);
}

function overrides(
  { tensorOverrides = [] }: Pick<LlamaCppSettings, "tensorOverrides">,
  value: string,
): LlamaCppSettings["tensorOverrides"] & {} {
  return [...tensorOverrides, ...(parseTensorOverrides(value) ?? [])];
}
