import type { DeviceLink } from "../../facts/hardware/index.ts";
import type { Placed } from "./devices.ts";
import type { NvidiaTopology } from "./parsers/nvidia-smi-topo.ts";

/** NVIDIA's matrix as links between the devices that are in the rig; its rows are the cards by index. */
export function readLinks(placed: readonly Placed[], topology: NvidiaTopology | undefined): DeviceLink[] {
  if (topology === undefined) return [];
  const cards = placed.filter(({ card, part }) => card.vendor === "nvidia" && part === undefined);
  return cards.flatMap((from, at) =>
    cards.slice(at + 1).flatMap((to): DeviceLink[] => {
      const word = topology.links[from.card.index ?? -1]?.[to.card.index ?? -1];
      const between = [from.device.id, to.device.id] as const;
      const bonds = /^NV(\d+)$/.exec(word ?? "")?.[1];
      if (bonds !== undefined) return [{ between, kind: "nvlink", count: Number(bonds) }];
      if (/^(PIX|PXB)$/.test(word ?? "")) return [{ between, kind: "pcie" }];
      if (/^(PHB|NODE|SYS)$/.test(word ?? "")) return [{ between, kind: "through the host" }];
      return [];
    }),
  );
}
