import { amount, fields, json, known, present, textOf, wholeNumber } from "./cells.ts";
import { pciAddress, type SeenGpu } from "./seen.ts";

/** Keys by what they mean, newest first; releases differ in words and in capitals, so they are compared in lower case. */
const KEYS = {
  name: ["device name", "card series", "card model"],
  device: ["device id", "gpu id"],
  bus: ["pci bus"],
  total: ["vram total memory (b)"],
  used: ["vram total used memory (b)"],
  power: ["max graphics package power (w)"],
  architecture: ["gfx version"],
} as const;

/** `rocm-smi --json` with any options: an object of cards, every number as text, and "system", which is no card. */
export function readRocmSmiJson(text: string): SeenGpu[] {
  const answer = fields(json(text));
  const driver = known(textOf(fields(answer["system"])["Driver version"]));
  return Object.entries(answer).flatMap(([card, value]) => {
    const index = /^card(\d{1,4})$/.exec(card)?.[1];
    if (index === undefined) return [];
    const byKey = new Map(Object.entries(fields(value)).map(([key, cell]) => [key.trim().toLowerCase(), textOf(cell)]));
    const cells = (names: readonly string[]) =>
      names.map((name) => known(byKey.get(name))).filter((cell) => cell !== undefined);
    const device = cells(KEYS.device).find((cell) => /^0x[0-9a-f]{4}$/i.test(cell));
    const totalBytes = wholeNumber(cells(KEYS.total)[0]);
    const usedBytes = wholeNumber(cells(KEYS.used)[0]);
    return present<SeenGpu>({
      vendor: "amd",
      backend: "rocm",
      index: Number(index),
      // old releases print a vendor's number where a name belongs
      name: cells(KEYS.name).find((cell) => !/^0x[0-9a-f]+$/i.test(cell)),
      pciAddress: pciAddress(cells(KEYS.bus)[0]),
      pciId: device === undefined ? undefined : `1002:${device.slice(2).toLowerCase()}`,
      totalBytes,
      usedBytes,
      // amdgpu's counters hold what it reserved itself: here total minus used is what can be had
      freeBytes: totalBytes === undefined || usedBytes === undefined ? undefined : Math.max(totalBytes - usedBytes, 0),
      powerLimitWatts: amount(cells(KEYS.power)[0]) || undefined,
      architecture: cells(KEYS.architecture)[0],
      driver,
    });
  });
}
