import { amount, fields, items, json, known, present, sizeBytes, textOf, wholeNumber } from "./cells.ts";
import { pciAddress, type SeenGpu, type SeenProcess } from "./seen.ts";

/** `amd-smi static --json` and `amd-smi metric --mem-usage --json`: a list, or since ROCm 6.4 an object with `gpu_data`. */
export function readAmdSmiJson(text: string): SeenGpu[] {
  return entries(text).map((entry) => {
    const asic = fields(entry["asic"]);
    const usage = fields(entry["mem_usage"]);
    const device = /^0x([0-9a-f]{4})$/i.exec(textOf(asic["device_id"]) ?? "")?.[1]?.toLowerCase();
    const limit = fields(entry["limit"]);
    return present<SeenGpu>({
      vendor: "amd",
      backend: "rocm",
      index: wholeNumber(textOf(entry["gpu"])),
      name: known(textOf(asic["market_name"])) ?? known(textOf(fields(entry["board"])["product_name"])),
      pciAddress: pciAddress(textOf(fields(entry["bus"])["bdf"])),
      pciId: device === undefined ? undefined : `1002:${device}`,
      totalBytes: quantity(fields(entry["vram"])["size"]) ?? quantity(usage["total_vram"]),
      usedBytes: quantity(usage["used_vram"]),
      freeBytes: quantity(usage["free_vram"]),
      driver: known(textOf(fields(entry["driver"])["version"])),
      architecture: known(textOf(asic["target_graphics_version"])),
      powerLimitWatts: amount(textOf(fields(limit["socket_power"])["value"])) || undefined,
    });
  });
}

/** `amd-smi process --json`. */
export function readAmdSmiProcesses(text: string): SeenProcess[] {
  return entries(text).flatMap((entry) =>
    items(entry["process_list"]).flatMap((item) => {
      const info = fields(fields(item)["process_info"]);
      const pid = wholeNumber(textOf(info["pid"]));
      if (pid === undefined) return [];
      const bytes = quantity(info["mem_usage"]) ?? quantity(fields(info["memory_usage"])["vram_mem"]);
      const gpu = wholeNumber(textOf(entry["gpu"]));
      return [present<SeenProcess>({ pid, name: known(textOf(info["name"])), bytes, gpu })];
    }),
  );
}

function entries(text: string): Readonly<Record<string, unknown>>[] {
  const value = json(text);
  const list = Array.isArray(value) ? value : items(fields(value)["gpu_data"]);
  return list.map(fields).filter((entry) => entry["gpu"] !== undefined);
}

/** {"value": 24560, "unit": "MB"}, or a plain text with its unit. */
function quantity(value: unknown): number | undefined {
  const { value: count, unit } = fields(value);
  return count === undefined ? sizeBytes(textOf(value)) : sizeBytes(`${textOf(count) ?? ""} ${textOf(unit) ?? "B"}`);
}
