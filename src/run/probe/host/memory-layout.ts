import type { Host } from "../../../facts/hardware/index.ts";
import type { Files } from "../files.ts";
import { present } from "../parsers/cells.ts";
import { peakMemoryBytesPerSec, readDmidecode } from "../parsers/dmidecode.ts";
import { readNumactl } from "../parsers/numactl.ts";
import type { Tools } from "../tools.ts";

/** How a Linux host's memory is built: NUMA nodes, and the modules' peak rate where the firmware tables may be read. */
export async function readMemoryLayout(
  files: Files,
  tools: Tools,
): Promise<{ readonly parts: Partial<Host>; readonly notes: readonly string[] }> {
  const count = (await files.list("/sys/devices/system/node")).filter((name) => /^node\d+$/.test(name)).length;
  const [modules, nodes] = await Promise.all([
    tools.ask("dmidecode", ["-t", "17"], { fixed: true }).then((text) => readDmidecode(text ?? "")),
    count < 2 ? [] : tools.ask("numactl", ["-H"], { fixed: true }).then((text) => readNumactl(text ?? "")),
  ]);
  const alone = nodes.filter((node) => node.cpus === 0 && (node.totalBytes ?? 0) > 0);
  return {
    parts: present<Partial<Host>>({
      numaNodes: count > 1 ? count : undefined,
      bandwidthBytesPerSec: peakMemoryBytesPerSec(modules),
    }),
    notes: alone.map(({ node }) => `NUMA node ${node} has memory and no processors: it is slower, or a device's`),
  };
}
