import { open } from "node:fs/promises";
import { geometryFromGguf } from "../../src/facts/model/index.ts";
import { type ByteSource, readGguf } from "../../src/facts/weights/index.ts";
import { type EngineSettings, paceTimes, type StepTimes } from "../../src/predict/serving/index.ts";
import { measureCopyBandwidth, probe } from "../../src/run/probe/index.ts";

/** Steps as the speed model predicts them on this machine, which it looks at but has measured no engine on; undefined: no pace is claimed. */
export async function predictedTimes(modelPath: string, engine: EngineSettings): Promise<StepTimes | undefined> {
  const handle = await open(modelPath);
  const source: ByteSource = {
    name: modelPath,
    size: (await handle.stat()).size,
    read: async (offset, length) => {
      const { buffer, bytesRead } = await handle.read(new Uint8Array(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    },
  };
  try {
    const file = await readGguf(source);
    const geometry = geometryFromGguf(file);
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
        tensors: file.tensors,
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
  } finally {
    await handle.close();
  }
}
