import { type EngineSettings, paceTimes, type StepTimes } from "../../src/predict/serving/index.ts";
import { measureCopyBandwidth, probe } from "../../src/run/probe/index.ts";
import { readHeader } from "../read-header.ts";

/** Steps as the speed model predicts them on this machine, which it looks at but has measured no engine on; undefined: no pace is claimed. */
export async function predictedTimes(modelPath: string, engine: EngineSettings): Promise<StepTimes | undefined> {
  const { geometry, tensors } = await readHeader(modelPath);
  const { rig } = await probe({ measureBandwidth: measureCopyBandwidth });
  const microBatch =
    engine.kind === "llama-server"
      ? engine.microBatchTokens
      : engine.kind === "embedded"
        ? engine.stepTokens
        : engine.batchTokens;
  return paceTimes(
    {
      geometry,
      tensors,
      host: rig.host,
      devices: [],
      placement: Array.from({ length: geometry.layers.length + 1 }, () => "host" as const),
      threads: 1,
      cacheTypeK: "f16",
      cacheTypeV: "f16",
      microBatch,
      flashAttention: true,
    },
    microBatch,
  );
}
