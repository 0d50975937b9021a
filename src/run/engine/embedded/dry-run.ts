import type { RamAndDevices } from "../engine.ts";
import { loadLibrary, openBackend } from "./library.ts";
import type { DryRunArgs } from "./protocol.ts";
import { chooseContext } from "./settings.ts";

/**
 * The engine's own dry run: it places and reserves without allocating, from a real file or a header-only one.
 * It returns totals only; the output buffer and the repacked copy of weights are not among them.
 */
export async function dryRun(args: DryRunArgs): Promise<{ model: RamAndDevices; context: RamAndDevices }> {
  const library = await loadLibrary();
  const llama = await openBackend(library, args.backend, { logger: () => {} });
  const info = await library.readGgufFileInfo(args.modelPath, { sourceType: "filesystem" });
  const insights = await library.GgufInsights.from(info, llama);
  const { settings } = args;
  const choice = chooseContext(settings, insights.trainContextSize ?? 0, library);
  const gpuLayers = settings.gpuLayers === "all" ? insights.totalLayers : settings.gpuLayers;
  const useMmap = settings.memoryMap ?? true;
  const model = await insights.estimateModelResourceRequirementsV2({ gpuLayers, useMmap });
  const context = await insights.estimateContextResourceRequirementsV2({
    ...choice,
    modelGpuLayers: gpuLayers,
    isEmbeddingContext: false,
    useMmap,
  });
  return { model: totals(model), context: totals(context) };
}

function totals({ cpuRam, gpuVram }: { cpuRam: number; gpuVram: number }): RamAndDevices {
  return { ramBytes: cpuRam, deviceBytes: gpuVram };
}
