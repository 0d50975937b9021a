import type { Geometry } from "../../../src/facts/model/index.ts";
import type { Architecture } from "../../../src/predict/memory/llamacpp/architectures/architecture.ts";
import { DECODERS } from "../../../src/predict/memory/llamacpp/architectures/decoders.ts";

/** In the page's build these lists stand in for the rooms' own: empty until something of their kind is asked about. */
export const OTHERS: Architecture[] = [];
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- filled before a model that has such an end is asked about
export const ENDS = {} as typeof import("../../../src/predict/memory/llamacpp/architectures/ends.ts").ENDS;
export const OTHER_BACKENDS: Partial<
  typeof import("../../../src/predict/memory/llamacpp/backends/other-backends.ts").OTHER_BACKENDS
> = {};

/** Loads what is needed for a model's graph; without one for all that are known. */
export async function loadArchitecture(model?: Pick<Geometry, "architecture" | "pooling">): Promise<void> {
  const known = DECODERS.some(({ name }) => name === model?.architecture);
  if (!known || model?.pooling !== undefined) await architectures();
}

const architectures = once(async () => {
  const { OTHERS: all } = await import("../../../src/predict/memory/llamacpp/architectures/others.ts");
  const { ENDS: ends } = await import("../../../src/predict/memory/llamacpp/architectures/ends.ts");
  OTHERS.push(...all);
  Object.assign(ENDS, ends);
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
