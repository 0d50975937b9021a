import type { LlamaCppSettings } from "../../facts/runtime/index.ts";
import type { WeightsPlace } from "./llama-server.ts";
import { shellWord } from "./shell.ts";

/** A loadout as Ollama is told it. */
export interface OllamaLoadout {
  readonly modelfile: string;
  /** of `ollama serve`: what no Modelfile can say */
  readonly environment: Readonly<Record<string, string>>;
  readonly commands: readonly string[];
}

/** Everything that decides memory is said, also where it is the default: a default changes with the machine and the version. */
export function ollamaLoadout(options: {
  readonly settings: LlamaCppSettings;
  readonly weights: WeightsPlace;
  readonly threads: number;
  /** all layers and the output */
  readonly everyLayer: number;
  readonly hasDevices: boolean;
}): OllamaLoadout {
  const { settings, weights, threads, everyLayer, hasDevices } = options;
  const { sequences, cacheTypeK, flashAttention } = settings;
  const layers = settings.gpuLayers === "all" ? everyLayer : settings.gpuLayers;
  const parameters: readonly (readonly [name: string, value: number])[] = [
    ["num_ctx", Math.floor(settings.context / sequences)],
    ["num_batch", settings.microBatch],
    ...(hasDevices ? [["num_gpu", layers] as const] : []),
    ...(hasDevices && layers >= everyLayer ? [] : [["num_thread", threads] as const]),
  ];
  const lines = [`FROM ${from(weights)}`, ...parameters.map(([name, value]) => `PARAMETER ${name} ${value}`)];
  const name = modelName(weights);
  return {
    modelfile: `${lines.join("\n")}\n`,
    environment: {
      ...(sequences > 1 ? { OLLAMA_NUM_PARALLEL: `${sequences}` } : {}),
      ...(cacheTypeK === "f16" ? {} : { OLLAMA_KV_CACHE_TYPE: cacheTypeK, OLLAMA_FLASH_ATTENTION: "1" }),
      ...(flashAttention === false ? { OLLAMA_FLASH_ATTENTION: "0" } : {}),
    },
    commands: [`ollama create ${name} -f Modelfile`, `ollama run ${name}`],
  };
}

function from(weights: WeightsPlace): string {
  if (weights.kind === "hub")
    return `hf.co/${weights.repository}${weights.quantization === undefined ? "" : `:${weights.quantization}`}`;
  const { path } = weights;
  return /^(?:[./~]|[A-Za-z]:)/.test(path) ? path : `./${path}`;
}

/** "loadout-smollm2-135m-q4_1": letters that Ollama takes in a name. */
function modelName(weights: WeightsPlace): string {
  const given = weights.kind === "hub" ? weights.repository : weights.path;
  const base = given
    .replace(/^.*[/\\]/, "")
    .replace(/\.gguf$/i, "")
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-");
  return shellWord(`loadout-${base}`);
}
