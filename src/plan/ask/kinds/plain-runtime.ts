import { LoadoutError } from "../../../facts/errors/index.ts";
import { embeddedRuntime, type Runtime, type RuntimeName, serverRuntime } from "../flags/index.ts";

/** The two that a ranking and an offload plan for; the others are told about one loadout alone. */
export function plainRuntime(named: RuntimeName, flags: { readonly build?: string }): Runtime {
  if (named === "embedded") return embeddedRuntime();
  if (named === "llama-server") return serverRuntime(flags.build);
  const expected = "embedded or llama-server where no model is named";
  throw new LoadoutError("unknown-value", { what: "--runtime", expected, got: named, nearest: "llama-server" });
}
