import type { Files } from "../files.ts";
import { readAmdSmiJson, readAmdSmiProcesses } from "../parsers/amd-smi-json.ts";
import { readAmdSmiMonitor } from "../parsers/amd-smi-monitor.ts";
import { readAmdSmiText } from "../parsers/amd-smi-text.ts";
import { present } from "../parsers/cells.ts";
import { DRM_FILES, readDrmDevice } from "../parsers/drm-sysfs.ts";
import { readRocmSmiJson } from "../parsers/rocm-smi-json.ts";
import { readRocmSmiTable } from "../parsers/rocm-smi-table.ts";
import { readRocminfo } from "../parsers/rocminfo.ts";
import type { SeenGpu } from "../parsers/seen.ts";
import type { Tools } from "../tools.ts";
import type { Finds } from "./finds.ts";
import { mergeSightings } from "./merge.ts";

/**
 * AMD's cards. The kernel's files have live memory without a tool; rocminfo has the order in which ROCm numbers them; the
 * tools have names, and sizes where the files are hidden (WSL, containers).
 */
export async function findAmd(files: Files, tools: Tools): Promise<Finds> {
  const [kernel, rocminfo, amdSmi] = await Promise.all([
    readKernelCards(files),
    tools.ask("rocminfo", [], { fixed: true }).then((text) => readRocminfo(text ?? "")),
    askAmdSmi(tools),
  ]);
  // rocminfo sets the order; its pools say too much on chips that share memory, so its sizes come last
  const order = rocminfo.map((gpu): SeenGpu => {
    const { totalBytes: _, ...rest } = gpu;
    return rest;
  });
  let gpus = mergeSightings([order, kernel, amdSmi, rocminfo]);
  if (
    gpus.some((gpu) => gpu.totalBytes === undefined || gpu.freeBytes === undefined || gpu.name === undefined) ||
    gpus.length === 0
  ) {
    gpus = mergeSightings([gpus, await askRocmSmi(tools)]);
  }
  if (gpus.some((gpu) => gpu.freeBytes === undefined)) gpus = await monitored(tools, gpus);
  const processText = gpus.length === 0 ? undefined : await tools.ask("amd-smi", ["process", "--json"]);
  return { gpus, processes: readAmdSmiProcesses(processText ?? ""), notes: [] };
}

/** A display card of the kernel's list that is AMD's. */
async function readKernelCards(files: Files): Promise<SeenGpu[]> {
  const cards = (await files.list("/sys/class/drm")).filter((name) => /^card\d+$/.test(name));
  const seen = await Promise.all(
    cards.map(async (card) => {
      const folder = `/sys/class/drm/${card}/device`;
      if ((await files.read(`${folder}/vendor`))?.trim() !== "0x1002") return undefined;
      const texts = await Promise.all(
        DRM_FILES.map(async (name) => [name, await files.read(`${folder}/${name}`)] as const),
      );
      const byName = new Map<string, string | undefined>(texts);
      return readDrmDevice((name) => byName.get(name));
    }),
  );
  return seen.filter((card) => card !== undefined);
}

async function askAmdSmi(tools: Tools): Promise<SeenGpu[]> {
  const json = readAmdSmiJson((await tools.ask("amd-smi", ["static", "--json"], { fixed: true })) ?? "");
  if (json.length > 0 || !knows(tools, "amd-smi")) return json;
  return readAmdSmiText((await tools.ask("amd-smi", ["static"], { fixed: true })) ?? "");
}

async function askRocmSmi(tools: Tools): Promise<SeenGpu[]> {
  const options = ["--showmeminfo", "vram", "--showproductname", "--showbus", "--showid", "--json"];
  const json = readRocmSmiJson((await tools.ask("rocm-smi", options)) ?? "");
  if (json.length > 0 || !knows(tools, "rocm-smi")) return json;
  return readRocmSmiTable((await tools.ask("rocm-smi", [])) ?? "");
}

/** Used memory from amd-smi's monitor, when its rows are the cards: partitions would repeat a card's memory. */
async function monitored(tools: Tools, gpus: readonly SeenGpu[]): Promise<SeenGpu[]> {
  if (!knows(tools, "amd-smi")) return [...gpus];
  const rows = readAmdSmiMonitor((await tools.ask("amd-smi", ["monitor", "-v"])) ?? "");
  if (rows.length !== gpus.length) return [...gpus];
  return gpus.map((gpu, at) => {
    const { usedBytes, totalBytes } = rows.find((row) => row.index === (gpu.index ?? at)) ?? {};
    const known = usedBytes !== undefined && totalBytes !== undefined && usedBytes <= totalBytes;
    return {
      ...present<Partial<SeenGpu>>({ usedBytes, totalBytes, freeBytes: known ? totalBytes - usedBytes : undefined }),
      ...gpu,
    };
  });
}

function knows(tools: Tools, tool: string): boolean {
  return tools.findings.some((finding) => finding.tool === tool && finding.status !== "not installed");
}
