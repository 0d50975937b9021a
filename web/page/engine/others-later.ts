import type { Architecture } from "../../../src/predict/memory/llamacpp/architectures/architecture.ts";
import { DECODERS } from "../../../src/predict/memory/llamacpp/architectures/decoders.ts";

/** In the page's build this list stands in for the room's own: empty until a model of its kind is asked about. */
export const OTHERS: Architecture[] = [];

let loading: Promise<void> | undefined;

/** Loads what is needed for a graph of this architecture; without one all that are known. */
export async function loadArchitecture(name?: string): Promise<void> {
  if (name !== undefined && DECODERS.some((each) => each.name === name)) return;
  loading ??= import("../../../src/predict/memory/llamacpp/architectures/others.ts").then(
    (loaded) => void OTHERS.push(...loaded.OTHERS),
    (error: unknown) => {
      loading = undefined;
      throw error;
    },
  );
  await loading;
}
