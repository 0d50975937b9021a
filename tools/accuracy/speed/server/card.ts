import { type Device, deviceCatalog } from "../../../../src/facts/hardware/index.ts";

const { CATALOG, findDevice, fillFrom: filled } = await deviceCatalog();
type Card = (typeof CATALOG)[number];

/** Labels that leave a choice, and what servers have. */
const MEANT: readonly (readonly [pattern: RegExp, id: string])[] = [
  [/gb?200/i, "nvidia-b200-sxm"],
  [/h200/i, "nvidia-h200-sxm-141gb"],
  [/h100 nvl/i, "nvidia-h100-nvl-94gb"],
  [/h100/i, "nvidia-h100-sxm5-80gb"],
  [/a100/i, "nvidia-a100-sxm4-80gb"],
  [/8060s/i, "amd-ryzen-ai-max-plus-395"],
  [/rtx 6000 ada/i, "nvidia-rtx-6000-ada-generation"],
  [/mi50/i, "amd-instinct-mi50-32gb"],
];

export function findServerCard(label: string): Card | undefined {
  if (label === "") return undefined;
  const meant = MEANT.find(([pattern]) => pattern.test(label));
  if (meant) return CATALOG.find(({ id }) => id === meant[1]);
  const match = findDevice(label);
  return match.kind === "found" ? match.row : match.kind === "several" ? match.rows.at(-1) : undefined;
}

export function fillFrom(card: Card): Device {
  return filled(card, {
    id: "GPU-0",
    name: card.name,
    vendor: card.vendor,
    backend: card.vendor === "amd" ? "rocm" : "cuda",
    memoryKind: card.class === "soc" ? "unified" : "discrete",
  });
}
