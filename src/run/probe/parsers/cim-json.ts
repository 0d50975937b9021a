import { fields, items, json, textOf } from "./cells.ts";
import type { WmiObject } from "./wmic.ts";

/** `Get-CimInstance ... | ConvertTo-Json`: one object, or a list of them, as the same properties that wmic prints. */
export function readCimJson(text: string): WmiObject[] {
  return cimObjects(json(text));
}

/** The objects in a part of such an answer. */
export function cimObjects(value: unknown): WmiObject[] {
  const list = Array.isArray(value) ? items(value) : value === undefined || value === null ? [] : [value];
  return list.map((item) => {
    const pairs = Object.entries(fields(item)).map(([key, cell]) => [key, textOf(cell)] as const);
    return new Map(pairs.flatMap(([key, cell]) => (cell === undefined ? [] : [[key, cell] as const])));
  });
}
