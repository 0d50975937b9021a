import { deviceCatalog } from "../../../src/facts/hardware/index.ts";
import { modelCatalog } from "../../../src/facts/model/index.ts";
import { formatBytes, formatCount, formatRate, formatTokens } from "../../../src/facts/units/index.ts";
import type { Findable } from "./find.ts";

const GIB = 2 ** 30;

/** Every model of the catalog, those that people look for first. */
export const findableModels = once(readModels);
/** Every device that an engine can use, in each size it is sold with. */
export const findableDevices = once(readDevices);

/** Reads once; what could not be loaded is tried again. */
function once(read: () => Promise<readonly Findable[]>): () => Promise<readonly Findable[]> {
  let kept: readonly Findable[] | undefined;
  return async () => (kept ??= await read());
}

async function readModels(): Promise<readonly Findable[]> {
  const { MODELS } = await modelCatalog();
  return MODELS.toSorted((a, b) => a.priority - b.priority || b.released.localeCompare(a.released)).map((row) => {
    const { id, name, aliases = [], ollama, parameters, released, context } = row;
    const active = parameters.active === undefined ? "" : `, ${formatCount(parameters.active)} a token`;
    return {
      value: id,
      label: name,
      note: `${formatCount(parameters.text)}${active} · ${formatTokens(context)} · ${released.slice(0, 7)}`,
      words: [id, name, ollama ?? "", ...aliases].join(" ").toLowerCase(),
    };
  });
}

async function readDevices(): Promise<readonly Findable[]> {
  const { CATALOG } = await deviceCatalog();
  return CATALOG.filter((row) => row.class !== "cpu").flatMap((row) =>
    row.memoryBytes.map((bytes): Findable => {
      const size = row.memoryBytes.length > 1 ? `:${bytes / GIB}GB` : "";
      const label = row.memoryBytes.length > 1 ? `${row.name}, ${formatBytes(bytes)}` : row.name;
      return {
        // an id is also known without its maker
        value: `${row.id.slice(row.id.indexOf("-") + 1)}${size}`,
        label,
        note: `${formatBytes(bytes)} · ${formatRate(row.bandwidthBytesPerSec)}`,
        words: `${row.id} ${row.name} ${row.family ?? ""}`.toLowerCase(),
      };
    }),
  );
}
