import { tmpdir } from "node:os";
import { join } from "node:path";
import { LoadoutError } from "../../../facts/errors/index.ts";
import { ensureSmallModel, findWeights, readSmallModels, type Consent } from "../../fetch/index.ts";
import { thisHome, type HomeContext } from "../../home/index.ts";
import { ensureManaged, managedCommand } from "../llama-server/managed.ts";
import { programOf, type LlamaServerProgram } from "../llama-server/program.ts";
import { systemClock } from "../process/index.ts";

/** Real engines and models are demanded (CI); elsewhere they are used where they are at hand. */
export const enginesRequired = process.env["LOADOUT_REQUIRE_ENGINES"] === "1";

/** A home whose data is the cache of the tests, outside the checkout. */
export const testHome: HomeContext = {
  ...thisHome(),
  env: { ...process.env, LOADOUT_HOME: process.env["LOADOUT_TEST_CACHE"] ?? join(tmpdir(), "loadout-tests") },
};

/** Whoever demands real engines has agreed to fetching them. */
export const testConsent: Consent = { yes: true, tell: () => {}, freeBytes: 0 };

/** A small real model's file: where it is at hand, or fetched where engines are demanded; else undefined. */
export async function realModel(named: "smollm2" | "gemma-3" = "smollm2"): Promise<string | undefined> {
  const model = (await readSmallModels()).find(({ id }) => id.startsWith(named))!;
  const { weights } = await findWeights({ home: testHome, modelsDirs: [] });
  const here = weights.find(({ path, bytes }) => path.endsWith(model.file) && bytes === model.bytes);
  if (here !== undefined) return here.path;
  if (!enginesRequired) return undefined;
  return whenFree(() => ensureSmallModel(model, { home: testHome, consent: testConsent }));
}

/** The real llama-server: Loadout's own copy, where it is at hand, or fetched where engines are demanded; else undefined. */
export async function realLlamaServer(): Promise<LlamaServerProgram | undefined> {
  const fetched = () => whenFree(() => ensureManaged({ home: testHome, consent: testConsent }));
  const command = enginesRequired ? await fetched() : await managedCommand(testHome);
  return command && programOf(command, "managed");
}

/** Files of tests run side by side and want the same downloads: who finds one under way looks again until it is done. */
export async function whenFree<T>(task: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await task();
    } catch (error) {
      if (!(error instanceof LoadoutError) || error.code !== "download-busy") throw error;
      await systemClock.pause(250);
    }
  }
}

/** What an adapter for that model has to fit. */
export const REAL_MODEL = { architecture: "llama", layers: 30, width: 576 } as const;
