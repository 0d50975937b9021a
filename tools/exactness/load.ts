// Child process of tools/exactness.ts: loads one setting into the embedded engine, lets go of it again, and prints what the engine said.
// Usage: node load.ts SETTING-JSON MODEL-PATH. Prints one JSON object: {"log": [...], "error"?: "..."}.
import { getLlama, LlamaLogLevel } from "node-llama-cpp";
import type { Setting } from "./draw.ts";
import { GGML_TYPES } from "./ggml-types.ts";

const [settingText, modelPath] = process.argv.slice(2);
const setting: Setting = JSON.parse(settingText!);
const log: string[] = [];

const llama = await getLlama({
  gpu: setting.devices > 0 ? "vulkan" : false,
  build: "never",
  logLevel: LlamaLogLevel.debug,
  logger: (_level, message) => log.push(message),
  maxThreads: 1,
});
let error: string | undefined;
try {
  const model = await llama.loadModel({
    modelPath: modelPath!,
    gpuLayers: setting.gpuLayers,
    ignoreMemorySafetyChecks: true,
  });
  await printed("model buffer size");
  const context = await model.createContext({
    contextSize: setting.context,
    sequences: setting.sequences,
    batchSize: setting.batch,
    flashAttention: setting.flashAttention,
    experimentalKvCacheKeyType: GGML_TYPES[setting.cacheTypeK],
    experimentalKvCacheValueType: GGML_TYPES[setting.cacheTypeV],
    threads: 1,
    failedCreationRemedy: false,
    ignoreMemorySafetyChecks: true,
  });
  await printed("reserve took");
  await context.dispose();
  await printed("~llama_context:");
  await model.dispose();
} catch (caught) {
  error = caught instanceof Error ? caught.message : String(caught);
}
await llama.dispose();
process.on("exit", () =>
  process.stdout.write(`${JSON.stringify({ log, ...(error === undefined ? {} : { error }) })}\n`),
);

/**
 * Log lines arrive through the event loop, after the call they belong to, and a dry run the library makes in between swallows what
 * has not arrived: every step waits for its last line.
 */
async function printed(text: string): Promise<void> {
  for (let turn = 0; turn < 500 && !log.some((entry) => entry.includes(text)); turn++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
