// Child process of tools/dry-run.ts: asks the engine's own dry run, which measures without allocating.
// Usage: node ask.ts GGUF DEVICES LAYERS FIRST-SETTING SEED COUNT. Prints one JSON line a setting; the engine may end the process on one.
import { getLlama, GgufInsights, LlamaLogLevel, readGgufFileInfo } from "node-llama-cpp";
import { GGML_TYPES } from "../exactness/ggml-types.ts";
import { dryRunSettings, layersOnDevices } from "./settings.ts";

const [path, devices, layers, first, seed, count] = process.argv.slice(2);
const warnings: string[] = [];
const llama = await getLlama({
  gpu: Number(devices) > 0 ? "vulkan" : false,
  build: "never",
  logLevel: LlamaLogLevel.warn,
  logger: (_level, message) => warnings.push(message),
});
const insights = await GgufInsights.from(await readGgufFileInfo(path!), llama);
for (const [index, setting] of dryRunSettings(Number(seed), Number(count)).entries()) {
  if (index < Number(first)) continue;
  const gpuLayers = Number(devices) === 0 ? 0 : layersOnDevices(Number(layers), setting);
  const type = GGML_TYPES[setting.cacheType];
  warnings.length = 0;
  const model = await insights.estimateModelResourceRequirementsV2({ gpuLayers, useMmap: false });
  const context = await insights.estimateContextResourceRequirementsV2({
    contextSize: setting.context,
    modelGpuLayers: gpuLayers,
    batchSize: setting.batch,
    sequences: setting.sequences,
    flashAttention: setting.flashAttention,
    kvCacheKeyType: type,
    kvCacheValueType: type,
    useMmap: false,
  });
  // where the dry run fails the library falls back to a rule of thumb and only warns
  const failed = warnings.find((warning) => warning.includes("Failed simulating"));
  process.stdout.write(`${JSON.stringify({ index, model, context, ...(failed === undefined ? {} : { failed }) })}\n`);
}
await llama.dispose();
