import type { Geometry } from "../../../facts/model/index.ts";
import { serverSlots, type ServerArguments } from "../../../facts/runtime/index.ts";
import type { Wishes } from "../../fit/index.ts";
import type { Runtime } from "../flags/index.ts";

/** What the server makes of it for this model, as a wish: nothing is left to choose. */
export function wishesTold(args: ServerArguments, { build }: Pick<Runtime, "build">, geometry: Geometry): Wishes {
  const { context, sequences, unifiedCache } = serverSlots(args.slots, build, geometry.contextLength);
  return {
    settings: { ...args.settings, context, sequences, unifiedCache },
    ...(args.threads === undefined || args.threads < 1 ? {} : { threads: args.threads }),
  };
}
