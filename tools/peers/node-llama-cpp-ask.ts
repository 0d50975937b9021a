// Child process of node-llama-cpp.ts. Reads JSON Lines of questions, writes a JSON line each: what the deprecated estimate says, and
// what the dry run does, in bytes of the processor and devices together.
import { createInterface } from "node:readline";
import { getLlama, GgufInsights, LlamaLogLevel, readGgufFileInfo } from "node-llama-cpp";
import { GGML_TYPES } from "../exactness/ggml-types.ts";
import type { PeerQuestion } from "./peer.ts";

interface Totals {
  readonly cpuRam: number;
  readonly gpuVram: number;
}

const warnings: string[] = [];
const llama = await getLlama({
  gpu: false,
  build: "never",
  logLevel: LlamaLogLevel.warn,
  logger: (_level, message) => warnings.push(message),
});
for await (const line of createInterface({ input: process.stdin })) {
  const question: PeerQuestion = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(await answer(question))}\n`);
}
await llama.dispose();

async function answer(question: PeerQuestion): Promise<object> {
  try {
    const insights = await GgufInsights.from(await readGgufFileInfo(question.path), llama);
    const settings = {
      contextSize: question.context,
      // its dry run asks the engine, which has no device here
      modelGpuLayers: 0,
      batchSize: question.microBatch,
      sequences: question.sequences,
      flashAttention: question.flashAttention,
      swaFullCache: question.fullWindow,
      kvCacheKeyType: GGML_TYPES[question.cacheTypeK],
      kvCacheValueType: GGML_TYPES[question.cacheTypeV],
    };
    const estimate = { ...settings, modelGpuLayers: question.layers + 1 };
    const cache = sum(insights.estimateContextResourceRequirements({ ...estimate, includeGraphOverhead: false }));
    const both = sum(insights.estimateContextResourceRequirements(estimate));
    warnings.length = 0;
    const dryRun = sum(await insights.estimateContextResourceRequirementsV2(settings));
    const failed = warnings.find((warning) => warning.includes("Failed simulating"));
    return { estimate: { cache, compute: both - cache }, ...(failed === undefined ? { dryRun } : { failed }) };
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}

function sum({ cpuRam, gpuVram }: Totals): number {
  return cpuRam + gpuVram;
}
