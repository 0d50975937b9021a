import { amount, known, present, sizeBytes } from "./cells.ts";

/** A memory module. */
export interface MemoryModule {
  readonly bytes: number;
  readonly locator?: string;
  readonly type?: string;
  /** transfers per second it runs at, in millions; its rating where firmware does not say */
  readonly megatransfersPerSec?: number;
  readonly dataBits?: number;
}

/** `dmidecode -t 17` (or more types): the filled slots. Old releases write "MHz" and mean transfers. */
export function readDmidecode(text: string): MemoryModule[] {
  return text.split(/^Handle /m).flatMap((block) => {
    if (!/^Memory Device\s*$/m.test(block)) return [];
    const cell = (key: string) => known(new RegExp(`^\\s+${key}: *(.*)$`, "m").exec(block)?.[1]);
    const bytes = sizeBytes(cell("Size"));
    if (bytes === undefined || bytes === 0) return [];
    const speed = (key: string) => amount(/^(\d+) (?:MT\/s|MHz)/.exec(cell(key) ?? "")?.[1]) || undefined;
    return [
      present<MemoryModule>({
        bytes,
        locator: [cell("Bank Locator"), cell("Locator")].filter((word) => word !== undefined).join(" ") || undefined,
        type: cell("Type"),
        megatransfersPerSec: speed("Configured Memory Speed") ?? speed("Configured Clock Speed") ?? speed("Speed"),
        dataBits: amount(/^(\d+) bits/.exec(cell("Data Width") ?? "")?.[1]),
      }),
    ];
  });
}

/**
 * Memory channels in use, where the slots' names tell: "Channel A", "DIMM A". On servers two modules may share a channel
 * and names like "A1" do not say which, so the number is unknown there.
 */
export function memoryChannels(modules: readonly MemoryModule[]): number | undefined {
  const named = modules.map(
    ({ locator = "" }) => /channel\s*-?([A-Z]|\d+)/i.exec(locator)?.[1] ?? /\bDIMM ([A-Z])$/i.exec(locator)?.[1],
  );
  if (modules.length > 0 && named.every((name) => name !== undefined)) return new Set(named).size;
  return modules.length === 1 ? 1 : undefined;
}

/** Peak of the memory system: channels x transfers x width. */
export function peakMemoryBytesPerSec(modules: readonly MemoryModule[]): number | undefined {
  const channels = memoryChannels(modules);
  const speeds = modules.map((module) => module.megatransfersPerSec).filter((speed) => speed !== undefined);
  const bits = modules[0]?.dataBits;
  if (channels === undefined || bits === undefined || speeds.length < modules.length) return undefined;
  return (channels * Math.min(...speeds) * 1e6 * bits) / 8;
}
