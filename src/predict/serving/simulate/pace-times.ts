import { decodePace, type PaceInput } from "../../speed/index.ts";
import { predictedPromptTime } from "../prompts/index.ts";
import type { StepTimes } from "./step-times.ts";

/** Beyond this many streams another costs what the last did. */
const MOST_STREAMS = 512;
/** Sizes of steps that are asked of the model; between them it goes straight. */
const SIZES = [1, 2, 4, 8, 16, 32, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 2048, 4096, 8192];
/** So few tokens are read by the kernels that draw. */
const FEW_TOKENS = 8;
const DEPTH = 4096;

/**
 * Steps of llama.cpp and of the embedded engine as the speed model predicts them. Undefined where it claims no pace. Each
 * micro-batch of a step is priced by its tokens; what caches add goes by theirs.
 */
export function paceTimes(input: PaceInput, microBatchTokens: number): StepTimes | undefined {
  const prompts = predictedPromptTime(input);
  const decode = (streams: number, depth: number): number | undefined => {
    const pace = decodePace({ ...input, streams }, depth);
    return pace && (1000 * streams) / pace.tokensPerSec;
  };
  const alone = decode(1, 0);
  if (prompts === undefined || alone === undefined) return undefined;
  const streamSizes = SIZES.filter((size) => size <= MOST_STREAMS);
  const bare = streamSizes.map((streams) => decode(streams, 0) ?? alone);
  neverLess(bare);
  const depths = streamSizes.map((streams, at) => ((decode(streams, DEPTH) ?? alone) - bare[at]!) / (streams * DEPTH));
  const drawMs = tableOf(streamSizes, bare, MOST_STREAMS);
  const depthMs = tableOf(streamSizes, depths, MOST_STREAMS);
  const batchSizes = SIZES.filter((size) => size <= Math.max(microBatchTokens, FEW_TOKENS));
  const batches = batchSizes.map((tokens) =>
    tokens <= FEW_TOKENS ? (decode(tokens, 0) ?? alone) : Math.max(alone, prompts.promptMs(tokens, tokens)),
  );
  neverLess(batches);
  const batchMs = tableOf(batchSizes, batches, microBatchTokens);
  const micro = Math.min(512, microBatchTokens);
  const perToken = (length: number) => prompts.promptMs(micro, length) / length;
  const promptDepthMs = Math.max(0, (2 * (perToken(2 * DEPTH) - perToken(DEPTH))) / DEPTH);
  const at = (table: Float64Array, index: number) => table[Math.min(index, table.length - 1)]!;
  return {
    stepMs(work) {
      const { decodeStreams: streams, decodeDepthTokens, promptTokens, promptDepthTokens, passTokens } = work;
      const drawn = streams === 0 ? 0 : at(depthMs, streams) * decodeDepthTokens;
      let whole = 0;
      for (const tokens of passTokens) whole += at(promptTokens === 0 ? drawMs : batchMs, Math.round(tokens));
      return whole + drawn + promptDepthMs * promptDepthTokens;
    },
    provenance: input.calibration ? "calibrated" : "datasheet",
    source: prompts.source,
  };
}

/** A larger step takes no less time, whatever two models or two measurements say where one gives way to the other. */
function neverLess(times: number[]): void {
  for (let at = 1; at < times.length; at++) times[at] = Math.max(times[at]!, times[at - 1]!);
}

/** Values at every whole number up to `most`, straight between the sizes that were asked. */
function tableOf(sizes: readonly number[], values: readonly number[], most: number): Float64Array {
  const table = new Float64Array(most + 1);
  let upper = 1;
  for (let at = 1; at <= most; at++) {
    while (upper < sizes.length - 1 && sizes[upper]! < at) upper++;
    const lower = upper - 1;
    const share = (at - sizes[lower]!) / (sizes[upper]! - sizes[lower]!);
    table[at] = Math.max(0, values[lower]! + share * (values[upper]! - values[lower]!));
  }
  table[0] = table[1]!;
  return table;
}
