import { LoadoutError } from "../../errors/index.ts";
import { formatNumber } from "../../units/index.ts";
import { findDevice, type CatalogRow } from "../catalog/index.ts";

/** The device a name means, and the size typed beside it; anything but one is a wrong question that lists what was near. */
export function theDevice(typed: string, what: string): { readonly row: CatalogRow; readonly sizeBytes?: number } {
  const match = findDevice(typed);
  if (match.kind === "found" && match.row.class !== "cpu") return match;
  if (match.kind === "found") {
    throw new LoadoutError("device-not-a-device", { what, got: typed, name: match.row.name, id: match.row.id });
  }
  if (match.kind === "several") {
    throw new LoadoutError("device-ambiguous", {
      what,
      got: typed,
      count: match.rows.length,
      candidates: candidates(match.rows),
    });
  }
  throw new LoadoutError("device-not-found", {
    what,
    got: typed,
    nearest: match.near.length > 0 ? candidates(match.near) : "none is called alike",
  });
}

const SHOWN = 6;

/** "nvidia-geforce-rtx-3060-8-gb (8 GB), ..." */
export function candidates(rows: readonly CatalogRow[]): string {
  const names = rows.slice(0, SHOWN).map((row) => `${row.id}${sizes(row)}`);
  const more = rows.length - names.length;
  return names.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function sizes({ memoryBytes }: CatalogRow): string {
  return memoryBytes.length === 0 ? "" : ` (${sizesSold(memoryBytes)})`;
}

/** "36, 64 or 128 GB", as labels say it. */
export function sizesSold(memoryBytes: readonly number[]): string {
  const each = memoryBytes.map((bytes) => formatNumber(bytes / 2 ** 30));
  const last = each.pop() ?? "";
  return `${each.length > 0 ? `${each.join(", ")} or ` : ""}${last} GB`;
}
