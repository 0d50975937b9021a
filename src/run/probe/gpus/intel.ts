import type { SeenGpu } from "../parsers/seen.ts";
import { readXpuSmiJson } from "../parsers/xpu-smi-json.ts";
import { readXpuSmiTable } from "../parsers/xpu-smi-table.ts";
import type { Tools } from "../tools.ts";
import type { Finds } from "./finds.ts";

/** Intel's cards by xpu-smi: the list has no sizes, so each device is asked again. */
export async function findIntel(tools: Tools): Promise<Finds> {
  const list = await tools.ask("xpu-smi", ["discovery", "-j"], { fixed: true });
  let gpus: SeenGpu[] = readXpuSmiJson(list ?? "");
  if (gpus.length === 0 && list !== undefined) {
    gpus = readXpuSmiTable((await tools.ask("xpu-smi", ["discovery"], { fixed: true })) ?? "");
  }
  return { gpus: await Promise.all(gpus.map((gpu) => withMemory(tools, gpu))), processes: [], notes: [] };
}

async function withMemory(tools: Tools, gpu: SeenGpu): Promise<SeenGpu> {
  if (gpu.totalBytes !== undefined || gpu.index === undefined) return gpu;
  const device = ["discovery", "-d", String(gpu.index)];
  const answer = await tools.ask("xpu-smi", [...device, "-j"], { fixed: true });
  const detail = readXpuSmiJson(answer ?? "")[0];
  if (detail?.totalBytes !== undefined) return { ...gpu, ...detail };
  return { ...gpu, ...readXpuSmiTable((await tools.ask("xpu-smi", device, { fixed: true })) ?? "")[0] };
}
