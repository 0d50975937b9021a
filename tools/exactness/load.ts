// Child process of tools/exactness.ts: loads one setting into the embedded engine, lets go of it again, and prints what the engine said.
// Usage: node load.ts SETTING-JSON MODEL-PATH. Prints one JSON object: {"log": [...], "error"?: "..."}.
import { getLlama, type GgmlType } from "node-llama-cpp";
import type { Setting } from "./draw.ts";

const [settingText, modelPath] = process.argv.slice(2);
const setting: Setting = JSON.parse(settingText!);
const log: string[] = [];

const llama = await getLlama({
  gpu: setting.devices > 0 ? "vulkan" : false,
  build: "never",
  logLevel: (await import("node-llama-cpp")).LlamaLogLevel.debug,
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
  const context = await model.createContext({
    contextSize: setting.context,
    sequences: setting.sequences,
    batchSize: setting.batch,
    flashAttention: setting.flashAttention,
    experimentalKvCacheKeyType: ggmlName(setting.cacheTypeK),
    experimentalKvCacheValueType: ggmlName(setting.cacheTypeV),
    threads: 1,
    failedCreationRemedy: false,
    ignoreMemorySafetyChecks: true,
  });
  await context.dispose();
  await model.dispose();
} catch (caught) {
  error = caught instanceof Error ? caught.message : String(caught);
}
await llama.dispose();
// log lines arrive through the event loop: they are complete when it has nothing left to deliver
await new Promise((resolve) => setImmediate(resolve));
process.on("exit", () =>
  process.stdout.write(`${JSON.stringify({ log, ...(error === undefined ? {} : { error }) })}\n`),
);

function ggmlName(type: string): keyof typeof GgmlType {
  return type.toUpperCase() as keyof typeof GgmlType;
}
