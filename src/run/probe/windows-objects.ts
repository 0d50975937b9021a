import { cimObjects } from "./parsers/cim-json.ts";
import { fields, json } from "./parsers/cells.ts";
import { readWmic, type WmiObject } from "./parsers/wmic.ts";
import type { Tools } from "./tools.ts";

/** Objects of Windows' management database, by what they describe. */
export interface WindowsObjects {
  readonly video: readonly WmiObject[];
  readonly memory: readonly WmiObject[];
  readonly processor: readonly WmiObject[];
  readonly pageFile: readonly WmiObject[];
}

const CLASSES = {
  video: "Win32_VideoController",
  memory: "Win32_PhysicalMemory",
  processor: "Win32_Processor",
  pageFile: "Win32_PageFileUsage",
} as const;

/** PowerShell takes seconds to start on a cold machine; the answer lasts until the next boot. */
const TIMEOUT_MS = 15_000;

/** One PowerShell for all classes; wmic, gone from new systems, where PowerShell is missing or forbidden. */
export async function readWindowsObjects(tools: Tools): Promise<WindowsObjects> {
  const parts = Object.entries(CLASSES).map(([key, name]) => `${key} = @(Get-CimInstance ${name} | Select-Object *)`);
  const script = `ConvertTo-Json -Compress -Depth 3 @{ ${parts.join("; ")} }`;
  const ask = { fixed: true, timeoutMs: TIMEOUT_MS };
  const text = await tools.ask("powershell", ["-NoProfile", "-NonInteractive", "-Command", script], ask);
  const answer = fields(json(text ?? ""));
  if (answer["processor"] !== undefined) {
    const [video, memory, processor, pageFile] = Object.keys(CLASSES).map((key) => cimObjects(answer[key]));
    return { video: video ?? [], memory: memory ?? [], processor: processor ?? [], pageFile: pageFile ?? [] };
  }
  const wmic = async (name: string) =>
    readWmic((await tools.ask("wmic", ["path", name, "get", "/format:list"], ask)) ?? "");
  const [video, memory, processor, pageFile] = await Promise.all(Object.values(CLASSES).map(wmic));
  return { video: video ?? [], memory: memory ?? [], processor: processor ?? [], pageFile: pageFile ?? [] };
}
