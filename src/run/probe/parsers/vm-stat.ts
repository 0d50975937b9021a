import { present, wholeNumber } from "./cells.ts";
import type { SeenMemory } from "./seen.ts";

/**
 * `vm_stat`: counts of pages, of the size in its first line. macOS keeps little free; what it would give without swapping
 * is free, inactive and speculative pages together.
 */
export function readVmStat(text: string): SeenMemory | undefined {
  const pageBytes = wholeNumber(/page size of (\d+) bytes/.exec(text)?.[1]);
  if (pageBytes === undefined || pageBytes === 0) return undefined;
  const bytes = (name: string) => {
    const pages = wholeNumber(new RegExp(`^Pages ${name}:\\s+(\\d+)\\.?\\s*$`, "m").exec(text)?.[1]);
    const product = pages === undefined ? undefined : pages * pageBytes;
    return product !== undefined && Number.isSafeInteger(product) ? product : undefined;
  };
  const freeBytes = bytes("free");
  const parts = [freeBytes, bytes("inactive"), bytes("speculative")];
  return present<SeenMemory>({
    freeBytes,
    availableBytes: freeBytes === undefined ? undefined : parts.reduce<number>((sum, part) => sum + (part ?? 0), 0),
    wiredBytes: bytes("wired down"),
  });
}
