import type { Rig } from "../../../src/facts/hardware/index.ts";
import type { Flags } from "../../../src/plan/ask/flags/index.ts";
import type { Kind } from "../../../src/plan/ask/kinds/index.ts";
import type { ErrorFacts, OpenedModel } from "./answerer.ts";

/** From the page to a worker. */
export type Request =
  | { readonly id: number; readonly do: "ask"; readonly kind: Kind; readonly flags: Flags }
  | { readonly id: number; readonly do: "open"; readonly files: readonly File[] }
  | { readonly id: number; readonly do: "here"; readonly rig: Rig | undefined };

/** From a worker to the page: an answer is JSON text, since its getters do not survive a copy. */
export type Reply =
  | { readonly id: number; readonly json: string }
  | { readonly id: number; readonly opened: OpenedModel }
  | { readonly id: number; readonly error: ErrorFacts };
