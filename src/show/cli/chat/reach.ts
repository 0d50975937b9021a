import { join } from "node:path";
import { endpointOf, looksLikeAddress, type ClientEndpoint } from "../../../run/client/index.ts";
import type { CliContext } from "../context.ts";
import { homeOf, machineOf } from "../machine.ts";
import { progressFor } from "../text/progress.ts";

export interface ReachFlags {
  readonly yes?: boolean;
}

/** Somebody to talk to, and what ends it where it was started for this chat. */
export interface Reached {
  readonly endpoint: ClientEndpoint;
  close(): Promise<void>;
}

/** An address as it stands; without one what Loadout serves here already; else the model is served for this chat alone. */
export async function reachable(
  context: CliContext,
  typed: string | undefined,
  flags: ReachFlags,
  key: string | undefined,
): Promise<Reached> {
  const at = (address: string): Reached => ({ endpoint: endpointOf(address, key), close: async () => {} });
  if (typed !== undefined && looksLikeAddress(typed)) return at(typed);
  const { folders } = await homeOf(context);
  const { Claims } = await import("../../../run/gateway/index.ts");
  const claims = new Claims(join(folders.data, "runs"));
  const others = await claims.others();
  const run = typed === undefined ? others.at(-1) : others.find(({ models }) => models.includes(typed));
  return run ? at(run.url) : served(context, typed, flags);
}

/** The command line of `serve` with an address of its own, for as long as the chat lasts. */
async function served(context: CliContext, typed: string | undefined, flags: ReachFlags): Promise<Reached> {
  const { Claims } = await import("../../../run/gateway/index.ts");
  const { Serving } = await import("../serve/serving.ts");
  const { servedModels } = await import("../serve/served-models.ts");
  const { openOrNote } = await import("../receipts-at-hand.ts");
  const progress = progressFor(context);
  progress.update("probing this machine ...");
  const machine = await machineOf(context);
  progress.done();
  const claims = new Claims(join(machine.folders.data, "runs"));
  const receipts = await openOrNote(context, machine.folders.data);
  const models = await servedModels(context, typed === undefined ? [] : [typed], {
    machine,
    receipts,
    flags,
    progress,
  });
  receipts?.close();
  const serving = new Serving(context, { machine, models, claims, seen: await claims.others(), progress });
  try {
    await serving.open({ port: 0 });
  } catch (error) {
    await serving.close();
    throw error;
  } finally {
    progress.done();
  }
  return { endpoint: endpointOf(serving.url), close: () => serving.close() };
}
