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
  /** the one of its models that was meant */
  readonly model?: string;
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
  const others = (await claims.others()).filter(({ url }) => url !== "");
  if (typed === undefined) return others.length > 0 ? at(others.at(-1)!.url) : served(context, typed, flags);
  const { fileNames } = await import("../serve/names.ts");
  const names = [typed, ...(/\.gguf$/i.test(typed) ? fileNames(typed) : [])].map((name) => name.toLowerCase());
  for (const { url, models } of others) {
    const model = models.find((name) => names.includes(name.toLowerCase()));
    if (model !== undefined) return { ...at(url), model };
  }
  return served(context, typed, flags);
}

/** The command line of `serve` with an address of its own, for as long as the chat lasts. */
async function served(context: CliContext, typed: string | undefined, flags: ReachFlags): Promise<Reached> {
  const { Claims } = await import("../../../run/gateway/index.ts");
  const { besideOthers, besideThem } = await import("../serve/beside.ts");
  const { Serving } = await import("../serve/serving.ts");
  const { servedModels } = await import("../serve/served-models.ts");
  const { openOrNote } = await import("../receipts-at-hand.ts");
  const progress = progressFor(context);
  progress.update("probing this machine ...");
  const { folders } = await homeOf(context);
  const claims = new Claims(join(folders.data, "runs"));
  const beside = await besideOthers(claims, await claims.others());
  const machine = besideThem(await machineOf(context), beside);
  progress.done();
  const receipts = await openOrNote(context, machine.folders.data);
  const models = await servedModels(context, typed === undefined ? [] : [typed], {
    machine,
    receipts,
    flags,
    progress,
  });
  receipts?.close();
  const serving = new Serving(context, { machine, models, claims, beside, progress });
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
