import { LoadoutError } from "../../../facts/errors/index.ts";
import { demandJson, fieldsOf, listOf, numberOf } from "../http/index.ts";
import type { AdapterFile, Endpoint } from "../server.ts";

/**
 * Sets the scale of each adapter and looks whether it is so: the server answers "success" to an id it does not have, and starts
 * every adapter at full scale. Slots keep what they cached under the old scales, so this belongs before the first prompt; later,
 * requests name their adapters in `lora`, which drops what was cached under others.
 */
export async function applyAdapters(
  endpoint: Endpoint,
  adapters: readonly AdapterFile[],
  signal?: AbortSignal,
): Promise<void> {
  if (adapters.length === 0) return;
  const options = signal ? { signal } : {};
  const body = adapters.map(({ scale }, id) => ({ id, scale }));
  await demandJson(endpoint, "/lora-adapters", { ...options, body });
  const scales = await adapterScales(endpoint, signal);
  for (const [id, { name, scale }] of adapters.entries()) {
    const got = scales.get(id);
    // scales are kept in single precision
    if (got === undefined || Math.abs(got - scale) > 1e-6 * Math.max(1, Math.abs(scale)))
      throw new LoadoutError("engine-adapter-refused", { what: name, expected: scale, got: got ?? "no such adapter" });
  }
}

/** Scales as they are now, by the server's ids. */
export async function adapterScales(endpoint: Endpoint, signal?: AbortSignal): Promise<ReadonlyMap<number, number>> {
  const rows = listOf(await demandJson(endpoint, "/lora-adapters", signal ? { signal } : {})).map(fieldsOf);
  return new Map(
    rows.flatMap(({ id, scale }): [number, number][] => {
      const [key, value] = [numberOf(id), numberOf(scale)];
      return key === undefined || value === undefined ? [] : [[key, value]];
    }),
  );
}
