import { join } from "node:path";
import { defineConfig } from "vite";
import { othersLater } from "./others-later.ts";
import { tables } from "./tables.ts";
import { unthrownErrors } from "./unthrown-errors.ts";

/** The page: pure rooms as they are, workers of one script, catalogs as files of their own. `npm run build:page` */
export default defineConfig({
  root: join(import.meta.dirname, "page"),
  base: "./",
  plugins: [tables, unthrownErrors()],
  worker: {
    format: "es",
    plugins: () => [tables, othersLater, unthrownErrors()],
    rolldownOptions: {
      output: {
        codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: "engine", test: isEngine }] },
      },
      treeshake: { moduleSideEffects: sideEffects },
    },
  },
  build: {
    outDir: join(import.meta.dirname, "../dist/page"),
    emptyOutDir: true,
    target: "es2024",
    modulePreload: false,
    rolldownOptions: { treeshake: { moduleSideEffects: sideEffects } },
  },
});

/** Rooms only export: a module nobody imports from is left out. */
function sideEffects(id: string): boolean {
  return !/[/\\]src[/\\](?:facts|predict|plan|draw)[/\\]/.test(id);
}

/** What the first answer needs beside the catalogs, in one file: parts of it compress worse. */
function isEngine(id: string): boolean {
  if (id.endsWith("others-later.ts")) return true;
  const [, path] = /[/\\]src[/\\](.*)$/.exec(id) ?? [];
  return path !== undefined && !LATER.test(path.replaceAll("\\", "/"));
}

/** Catalogs, what reads files, and questions that are asked later. */
const LATER = new RegExp(
  [
    "facts/model/(?:catalog/(?:embedders|models|sources|licenses|tools)|config/|safetensors-summary|gguf-|mixers|windows|feed-forwards|projector/)",
    "facts/weights/(?:gguf|safetensors|header-|json-|looks-|layout/|byte-|limits)",
    "facts/hardware/(?:catalog|boards)/",
    "facts/(?:quality|runtime/kernels|runtime/logs|runtime/flags|runtime/ollama|runtime/forks|recipe/server)/",
    "predict/training/",
    "predict/serving/(?!index|coefficients|workload/(?:lengths|index)|measures/(?:targets|index))",
    "predict/memory/llamacpp/architectures/(?:bailing|bitnet|cohere|deci|deepseek|draft-block|draft-sampling|eagle3|encoder|ends|falcon|gated|gemma2|gemma3n|gemma4|gemma-embedding|glm5|granite|indexer|jamba|kimi|layer-inputs|lfm2|llama4|mamba|mean-norm|mimo2|block-indexer|minimax-|mixed|nemotron|others|output-gate|pool-indexer|pooling|qwen3next|qwen35|recurrent|residual|whole-norm)",
    "predict/memory/llamacpp/(?:ollama/|projector/|backends/(?:metal|other-backends|sycl|vulkan))",
    "predict/speed/(?:acceptance|encode|offload-traffic|speculation)",
    "plan/(?:rank|explain|reconcile)/",
    "plan/advise/(?!index|simulate/simulated-engines|simulate/index)",
    "plan/(?:answer/fit-answer|advise/arrangements|fit/(?:alternatives|brought-back|guessing|raise-limit)|search/limits)",
    "plan/answer/(?!document-facts|fit-numbers|next-commands|index)",
    "plan/command/(?!shell|index)",
    "plan/search/search",
    "plan/ask/kinds/(?!answer-to|numbers|index|kinds)",
    "plan/ask/flags/(?:media-flags|tables|card-|device-|frontier-|offload-|load-|lengths|against|reading)",
    "plan/ask/question/(?:server-args|drafting|beside-draft|guessing|media|brought|refuse-embedder|elsewhere)",
    "plan/ask/model/(?:opened|upper-bound|config-folder|from-config|from-gguf)",
  ].join("|"),
);
