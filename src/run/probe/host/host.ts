import type { Host } from "../../../facts/hardware/index.ts";
import type { Files } from "../files.ts";
import type { System } from "../system.ts";
import type { Tools } from "../tools.ts";
import type { WindowsObjects } from "../windows-objects.ts";
import { readDarwinHost } from "./darwin.ts";
import { readLinuxHost } from "./linux.ts";
import { readMemoryLayout } from "./memory-layout.ts";
import { readWindowsHost } from "./windows.ts";

/** The host by its system's own means. */
export async function readHost(
  system: System,
  files: Files,
  tools: Tools,
  objects: WindowsObjects | undefined,
): Promise<{ readonly host: Host; readonly notes: readonly string[] }> {
  if (system.os === "darwin") return { host: await readDarwinHost(system, tools), notes: [] };
  if (objects !== undefined) return { host: readWindowsHost(system, objects), notes: [] };
  const [host, layout] = await Promise.all([readLinuxHost(system, files, tools), readMemoryLayout(files, tools)]);
  return { host: { ...layout.parts, ...host }, notes: layout.notes };
}
