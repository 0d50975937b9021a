import { ollamaBatch, ollamaDefaultContext, type FoundOllama } from "../../facts/runtime/index.ts";
import { formatTokens } from "../../facts/units/index.ts";
import { ollamaEngineFor, type EngineBuffer } from "../../predict/memory/index.ts";
import { lmStudioLoadout, ollamaLoadout, shellWord, type WeightsPlace } from "../command/index.ts";
import type { Choice, FitRequest } from "../fit/index.ts";

/** A program that starts the loadout by itself, told in its own words. */
export type ElsewhereContext =
  | {
      readonly program: "ollama";
      readonly version: string;
      readonly found: FoundOllama;
      readonly weights: WeightsPlace;
    }
  | { readonly program: "lm-studio"; readonly weights: WeightsPlace };

/** How another program is told the loadout, and what it shows of it. */
export interface ElsewhereFacts {
  readonly program: "ollama" | "lm-studio";
  readonly version?: string;
  /** what in it runs the model */
  readonly engine?: string;
  /** a file it reads */
  readonly file?: { readonly name: string; readonly text: string };
  readonly environment: Readonly<Record<string, string>>;
  /** by the program's own names */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  readonly commands: readonly string[];
  /** tokens where nobody asks for a context */
  readonly defaultContext?: number;
  /** what its own list says it takes, bytes, and what is not in that */
  readonly shows?: { readonly bytes: number; readonly leavesOut: string };
  readonly warnings: readonly string[];
  readonly source: string;
}

export function elsewhereFacts(choice: Choice, request: FitRequest, context: ElsewhereContext): ElsewhereFacts {
  return context.program === "ollama" ? ofOllama(choice, request, context) : ofLmStudio(choice, request, context);
}

function ofOllama(
  choice: Choice,
  { rig, geometry }: FitRequest,
  { version, found, weights }: Extract<ElsewhereContext, { program: "ollama" }>,
): ElsewhereFacts {
  const { era, standing } = found;
  const { settings, threads, context } = choice;
  const hasDevices = rig.devices.length > 0;
  const everyLayer = geometry.layers.length + 1;
  const loadout = ollamaLoadout({ settings, weights, threads, everyLayer, hasDevices });
  const byDefault = ollamaDefaultContext(
    era,
    rig.devices.map(({ totalBytes = 0 }) => totalBytes),
    geometry.contextLength,
  );
  const engine = ollamaEngineFor(era, geometry);
  const buffers = choice.prediction.kind === "rejected" ? [] : choice.prediction.buffers;
  const batch = ollamaBatch(era, context);
  return {
    program: "ollama",
    version,
    engine: ENGINES[engine],
    file: { name: "Modelfile", text: loadout.modelfile },
    environment: loadout.environment,
    settings: {},
    commands: loadout.commands,
    defaultContext: byDefault,
    ...(buffers.length === 0 ? {} : { shows: shown(buffers, engine, settings.cacheTypeK, hasDevices) }),
    warnings: [
      ...(context > byDefault
        ? [
            `without this Modelfile Ollama gives ${formatTokens(byDefault)} of context on this machine, not ${formatTokens(context)}, and cuts off what is longer without a word`,
          ]
        : []),
      "its OpenAI-compatible address takes no num_ctx: name the model that `ollama create` made",
      ...(settings.cacheTypeK === "f16"
        ? []
        : ["without OLLAMA_FLASH_ATTENTION=1 the type of the cache is ignored, and only its log says so"]),
      ...(batch === settings.microBatch ? [] : [`it takes ${batch} tokens a step unless num_batch says otherwise`]),
      ...STANDING[standing](version),
    ],
    source: era.source,
  };
}

const ENGINES = {
  own: "its own engine",
  "llama.cpp": "llama.cpp inside it",
  "llama-server": "a llama-server of its own",
} as const;

const STANDING: Readonly<Record<FoundOllama["standing"], (version: string) => readonly string[]>> = {
  known: () => [],
  between: (version) => [`Ollama ${version} was not looked at: taken as the nearest version before it that was`],
  newer: (version) => [`Ollama ${version} is taken as its source of August 2026, the newest that was read`],
  older: (version) => [`Ollama ${version} is older than every version that is known: contexts were 2048 or 4096 then`],
};

/** bytes an element of a cache that its llama.cpp runs as `ollama ps` counts it, without the blocks' factors (fs/ggml) */
const COUNTED: Readonly<Record<string, number>> = { f16: 1, q8_0: 16 / 17, q4_0: 8 / 9 };

/** What `ollama ps` says. Its llama.cpp's buffers are estimated by itself; on the processor that is weights and cache alone. */
function shown(
  buffers: readonly EngineBuffer[],
  engine: ReturnType<typeof ollamaEngineFor>,
  cacheType: string,
  hasDevices: boolean,
): ElsewhereFacts["shows"] {
  const of = (...terms: readonly EngineBuffer["term"][]): number =>
    buffers.reduce((sum, { term, bytes }) => (terms.includes(term) ? sum + bytes : sum), 0);
  const beside = hasDevices ? "the driver's context and what kernels take while they run" : "the process itself";
  if (engine !== "llama.cpp") {
    const bytes = of("weights", "repacked", "kv", "recurrent", "compute", "output");
    return { bytes: Math.round(bytes), leavesOut: beside };
  }
  const bytes = of("weights") + of("kv") * (COUNTED[cacheType] ?? 1);
  const guess = hasDevices ? "compute buffers (it adds a guess of its own for those of devices)" : "compute buffers";
  return { bytes: Math.round(bytes), leavesOut: `${guess}, logits, and ${beside}` };
}

function ofLmStudio(
  { settings }: Choice,
  { rig, geometry }: FitRequest,
  { weights }: Extract<ElsewhereContext, { program: "lm-studio" }>,
): ElsewhereFacts {
  const place = weights.kind === "hub" ? weights.repository : weights.path.replace(/^.*[/\\]/, "");
  const loadout = lmStudioLoadout({
    settings,
    model: shellWord(place.replace(/\.gguf$/i, "")),
    everyLayer: geometry.layers.length + 1,
    hasDevices: rig.devices.length > 0,
  });
  return {
    program: "lm-studio",
    environment: {},
    settings: loadout.settings,
    commands: loadout.commands,
    warnings: [
      "`lms load` takes context and GPU share; the rest is set in the model's load settings or through the SDK",
    ],
    source: "LM Studio documentation: `lms load`, lmstudio-js LLMLoadModelConfig",
  };
}
