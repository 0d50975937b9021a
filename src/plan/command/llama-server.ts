import {
  checkArguments,
  flagsOf,
  LLAMA_SERVER_FLAGS,
  LOOK_UPS,
  type FlagProblem,
  type LlamaCppSettings,
  type LookUp,
  type ToldPlaces,
} from "../../facts/runtime/index.ts";
import type { Guesser } from "../../predict/speed/index.ts";

/** Where a server finds the weights: a file, or a repository that it downloads from by itself. */
export type WeightsPlace =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "hub"; readonly repository: string; readonly quantization?: string };

/** What starts a loadout. */
export interface LaunchCommand {
  readonly program: "llama-server";
  readonly args: readonly string[];
  /** build whose flags the arguments were checked against; absent where none is known that old */
  readonly checkedAgainst?: string;
  /** arguments that build would refuse: none in a good command */
  readonly problems: readonly FlagProblem[];
}

/** Port of llama-server in builds whose default is announced to change: always said. */
export const DEFAULT_PORT = 8080;

/**
 * The command that starts llama-server with exactly these settings. Whatever decides memory is said even where it is the
 * default, and `-fit off` keeps the server from changing it.
 */
export function llamaServerCommand(options: {
  readonly settings: LlamaCppSettings;
  readonly weights: WeightsPlace;
  /** of llama.cpp: 11434 */
  readonly buildNumber: number;
  readonly threads: number;
  /** other machines whose devices are used: "host:port" of their rpc-server */
  readonly nodes?: readonly string[];
  readonly port?: number;
  readonly guesses?: GuessArguments;
  /** what reads images and sound beside the model */
  readonly media?: readonly (readonly string[])[];
}): LaunchCommand {
  const { settings, weights, buildNumber, threads, nodes = [], port = DEFAULT_PORT, guesses, media = [] } = options;
  const args = [
    ...weightArguments(weights),
    ...media,
    ...contextArguments(settings),
    ...placementArguments(settings),
    ...servingArguments(settings),
    ...(guesses ? guessArguments(guesses) : []),
    nodes.length > 0 ? ["--rpc", nodes.join(",")] : [],
    ["-t", `${threads}`],
    ["-fit", "off"],
    ["--host", "127.0.0.1"],
    ["--port", `${port}`],
  ].flat();
  const table = flagsOf(LLAMA_SERVER_FLAGS, buildNumber);
  return {
    program: "llama-server",
    args,
    ...(table ? { checkedAgainst: table.build } : {}),
    problems: table ? checkArguments(args, table) : [],
  };
}

/** How tokens are guessed ahead; a model that guesses lies somewhere. */
interface GuessArguments {
  readonly by: Guesser;
  readonly lookUp?: LookUp | undefined;
  readonly placed?: ToldPlaces | undefined;
  readonly draftTokens: number;
  readonly draft?: WeightsPlace;
}

/** Arguments in groups that belong together: a flag and its value. */
type Arguments = string[][];

function weightArguments(weights: WeightsPlace): Arguments {
  if (weights.kind === "file") return [["-m", weights.path]];
  return [["-hf", weights.quantization ? `${weights.repository}:${weights.quantization}` : weights.repository]];
}

/** What tells a server to guess ahead. */
export function guessArguments({
  by,
  lookUp = "ngram-simple",
  placed = {},
  draftTokens,
  draft,
}: GuessArguments): Arguments {
  if (by === "ngram") {
    return [
      ["--spec-type", lookUp],
      [LOOK_UPS[lookUp].tokensFlag, `${draftTokens}`],
    ];
  }
  const most = ["--spec-draft-n-max", `${draftTokens}`];
  if (by === "mtp") return [["--spec-type", "draft-mtp"], most, ...cacheArguments(placed)];
  if (draft === undefined) return [];
  const [flag, place] = weightArguments(draft)[0]!;
  const type = by === "eagle3" ? "draft-eagle3" : "draft-simple";
  return [["--spec-type", type], [flag === "-m" ? "-md" : "-hfd", place!], most, ...placeArguments(placed)];
}

function placeArguments({ gpuLayers = "all", devices, tensorOverrides = [], ...cache }: ToldPlaces): Arguments {
  return [
    ["-ngld", `${gpuLayers}`],
    devices ? ["-devd", devices.length === 0 ? "none" : devices.join(",")] : [],
    ...tensorOverrides.map(({ pattern, buffer }) => ["-otd", `${pattern}=${buffer}`]),
    ...cacheArguments(cache),
  ];
}

function cacheArguments({ cacheTypeK, cacheTypeV }: ToldPlaces): Arguments {
  return [cacheTypeK === undefined ? [] : ["-ctkd", cacheTypeK], cacheTypeV === undefined ? [] : ["-ctvd", cacheTypeV]];
}

function contextArguments(settings: LlamaCppSettings): Arguments {
  const { flashAttention } = settings;
  return [
    ["-c", `${settings.context}`],
    ["-np", `${settings.sequences}`],
    settings.sequences > 1 ? [settings.unifiedCache ? "-kvu" : "-no-kvu"] : [],
    ["-b", `${settings.batch}`],
    ["-ub", `${settings.microBatch}`],
    ["-fa", flashAttention === "auto" ? "auto" : flashAttention ? "on" : "off"],
    ["-ctk", settings.cacheTypeK],
    ["-ctv", settings.cacheTypeV],
    settings.fullWindowCache === true ? ["--swa-full"] : [],
    ...embeddingArguments(settings),
  ];
}

/** Vectors are read under /v1/embeddings, scores under /v1/rerank. */
function embeddingArguments({ embeddings, pooling }: LlamaCppSettings): Arguments {
  if (embeddings !== true) return [];
  if (pooling === "rank") return [["--reranking"]];
  return [["--embeddings"], pooling === undefined ? [] : ["--pooling", pooling]];
}

function placementArguments(settings: LlamaCppSettings): Arguments {
  const { devices, splitMode, mainGpu, tensorSplit, tensorOverrides = [] } = settings;
  const { expertLayersOnHost = 0, denseLayersOnHost = 0 } = settings;
  return [
    devices ? ["-dev", devices.length === 0 ? "none" : devices.join(",")] : [],
    ["-ngl", `${settings.gpuLayers}`],
    splitMode ? ["-sm", splitMode] : [],
    mainGpu === undefined ? [] : ["-mg", `${mainGpu}`],
    tensorSplit ? ["-ts", tensorSplit.join(",")] : [],
    ...tensorOverrides.map(({ pattern, buffer }) => ["-ot", `${pattern}=${buffer}`]),
    expertLayersOnHost === "all" ? ["-cmoe"] : expertLayersOnHost > 0 ? ["-ncmoe", `${expertLayersOnHost}`] : [],
    denseLayersOnHost > 0 ? ["-ncffn", `${denseLayersOnHost}`] : [],
    settings.cacheOnHost === true ? ["-nkvo"] : [],
    settings.opOffload === false ? ["--no-op-offload"] : [],
    settings.repack === false ? ["-nr"] : [],
    settings.pinnedHostWeights === false ? ["--no-host"] : [],
    loadArguments(settings),
  ];
}

function loadArguments({ loadMode, memoryMap }: LlamaCppSettings): string[] {
  if (loadMode !== undefined) return ["-lm", loadMode];
  return memoryMap === undefined ? [] : ["-lm", memoryMap ? "mmap" : "none"];
}

/** What a server holds in RAM beside its buffers. */
function servingArguments({ contextCheckpoints, promptCacheMib }: LlamaCppSettings): Arguments {
  return [
    contextCheckpoints === undefined ? [] : ["-ctxcp", `${contextCheckpoints}`],
    promptCacheMib === undefined ? [] : ["-cram", `${promptCacheMib}`],
  ];
}
