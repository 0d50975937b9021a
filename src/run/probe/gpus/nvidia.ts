import { readComputeApps, readQueryGpu } from "../parsers/nvidia-smi-csv.ts";
import { readNvidiaList } from "../parsers/nvidia-smi-list.ts";
import { readNvidiaTable } from "../parsers/nvidia-smi-table.ts";
import { readNvidiaText } from "../parsers/nvidia-smi-text.ts";
import { readNvidiaTopology, type NvidiaTopology } from "../parsers/nvidia-smi-topo.ts";
import { readNvidiaXml } from "../parsers/nvidia-smi-xml.ts";
import type { SeenGpu, SeenProcess } from "../parsers/seen.ts";
import type { Tools } from "../tools.ts";
import { NOTHING, type Finds } from "./finds.ts";

/** NVIDIA's cards in the order of the PCI bus, with how they are linked. */
export interface NvidiaFinds extends Finds {
  readonly topology?: NvidiaTopology;
}

const COLUMNS = [
  "index",
  "name",
  "uuid",
  "pci.bus_id",
  "pci.device_id",
  "memory.total",
  "memory.reserved",
  "memory.used",
  "memory.free",
  "driver_version",
  "compute_cap",
  "power.limit",
  "mig.mode.current",
];
const APP_COLUMNS = ["gpu_uuid", "pid", "process_name", "used_gpu_memory"];

/** A desktop's share that is not worth a slower question. */
const UNEXPLAINED_BYTES = 128 * 2 ** 20;

/**
 * Asks for the columns first. The full report (`-q -x`) comes when an old driver does not know a column, when cards are cut
 * into parts, or when something that does not compute (a desktop) holds memory; then text; the table is the last resort.
 */
export async function findNvidia(tools: Tools, command = "nvidia-smi"): Promise<NvidiaFinds> {
  const [csv, apps] = await Promise.all([
    tools.ask(command, [`--query-gpu=${COLUMNS.join(",")}`, "--format=csv"], { accept: hasCards }),
    tools.ask(command, [`--query-compute-apps=${APP_COLUMNS.join(",")}`, "--format=csv"]),
  ]);
  let gpus = readQueryGpu(csv ?? "");
  let processes: readonly SeenProcess[] = readComputeApps(apps ?? "");
  if (gpus.length === 0 && !mayHaveCards(tools, command)) return NOTHING;
  if (gpus.length === 0 || gpus.some((gpu) => gpu.partitioned === true) || unexplained(gpus, processes)) {
    const detail = await fullReport(tools, command);
    gpus = merge(gpus, detail.gpus);
    if (detail.processes.length > 0) processes = detail.processes;
  }
  if (gpus.some((gpu) => gpu.partitioned === true)) gpus = await namedParts(tools, command, gpus);
  const topologyText = gpus.length < 2 ? undefined : await tools.ask(command, ["topo", "-m"], { fixed: true });
  const topology = readNvidiaTopology(topologyText ?? "");
  return { gpus, processes, notes: [], ...(topology === undefined ? {} : { topology }) };
}

/** nvidia-smi exits 14 after a good answer when a card's info memory is damaged. */
function hasCards(stdout: string): boolean {
  return readQueryGpu(stdout).length > 0;
}

/** A refusal of the question says nothing about cards; a missing tool, a dead driver and an empty bus do. */
function mayHaveCards(tools: Tools, command: string): boolean {
  return tools.findings.some((finding) => finding.tool === command && finding.status === "failed");
}

async function fullReport(tools: Tools, command: string): Promise<Pick<Finds, "gpus" | "processes">> {
  const ways = [
    { args: ["-q", "-x"], read: readNvidiaXml },
    { args: ["-q"], read: readNvidiaText },
    { args: [], read: readNvidiaTable },
  ];
  for (const { args, read } of ways) {
    const answer = await tools.ask(command, args, { accept: (stdout) => read(stdout).gpus.length > 0 });
    const report = read(answer ?? "");
    if (report.gpus.length > 0) return report;
  }
  return NOTHING;
}

/** Columns first, then what only the report knows. */
function merge(columns: readonly SeenGpu[], report: readonly SeenGpu[]): SeenGpu[] {
  if (columns.length === 0) return [...report];
  return columns.map((gpu) => ({ ...report.find((other) => other.pciAddress === gpu.pciAddress), ...gpu }));
}

/** The list has the names and ids of parts, by the part's number. */
async function namedParts(tools: Tools, command: string, gpus: readonly SeenGpu[]): Promise<SeenGpu[]> {
  const listed = readNvidiaList((await tools.ask(command, ["-L"])) ?? "");
  return gpus.map((gpu) => {
    const names = listed.find((other) => other.uuid === gpu.uuid || other.index === gpu.index)?.parts ?? [];
    const parts = gpu.parts?.map((part) => ({ ...names.find((other) => other.index === part.index), ...part }));
    return parts === undefined ? gpu : { ...gpu, parts };
  });
}

function unexplained(gpus: readonly SeenGpu[], processes: readonly SeenProcess[]): boolean {
  const used = gpus.reduce((sum, gpu) => sum + (gpu.usedBytes ?? 0), 0);
  const named = processes.reduce((sum, process) => sum + (process.bytes ?? 0), 0);
  return used - named > UNEXPLAINED_BYTES * gpus.length;
}
