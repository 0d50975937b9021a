import type { Architecture } from "../../../src/predict/memory/llamacpp/architectures/architecture.ts";
import { DECODERS } from "../../../src/predict/memory/llamacpp/architectures/decoders.ts";

/** In the page's build these lists stand in for the rooms' own: empty until something of their kind is asked about. */
export const OTHERS: Architecture[] = [];
export const OTHER_BACKENDS: Partial<
  typeof import("../../../src/predict/memory/llamacpp/backends/other-backends.ts").OTHER_BACKENDS
> = {};

/** Loads what is needed for a graph of this architecture; without one all that are known. */
export async function loadArchitecture(name?: string): Promise<void> {
  if (name === undefined || DECODERS.every((each) => each.name !== name)) await architectures();
}

const architectures = once(async () => {
  const { OTHERS: all } = await import("../../../src/predict/memory/llamacpp/architectures/others.ts");
  OTHERS.push(...all);
});

/** Loads the rules of all back ends. */
export const loadBackends = once(async () => {
  const { OTHER_BACKENDS: all } = await import("../../../src/predict/memory/llamacpp/backends/other-backends.ts");
  Object.assign(OTHER_BACKENDS, all);
});

/** Once for all who ask, and again after it failed. */
function once(load: () => Promise<void>): () => Promise<void> {
  let loading: Promise<void> | undefined;
  return () =>
    (loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    }));
}
