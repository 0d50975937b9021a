import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureSmallModel, findWeights, readSmallModels, type Consent } from "../../fetch/index.ts";
import { thisHome, type HomeContext } from "../../home/index.ts";

/** Real engines and models are demanded (CI); elsewhere they are used where they are at hand. */
export const enginesRequired = process.env["LOADOUT_REQUIRE_ENGINES"] === "1";

/** A home whose data is the cache of the tests, outside the checkout. */
export const testHome: HomeContext = {
  ...thisHome(),
  env: { ...process.env, LOADOUT_HOME: process.env["LOADOUT_TEST_CACHE"] ?? join(tmpdir(), "loadout-tests") },
};

/** Whoever demands real engines has agreed to fetching them. */
export const testConsent: Consent = { yes: true, tell: () => {}, freeBytes: 0 };

/** The small real model's file: where it is at hand, or fetched where engines are demanded; else undefined. */
export async function realModel(): Promise<string | undefined> {
  const model = (await readSmallModels()).find(({ id }) => id.startsWith("smollm2"))!;
  const { weights } = await findWeights({ home: testHome, modelsDirs: [] });
  const here = weights.find(({ path, bytes }) => path.endsWith(model.file) && bytes === model.bytes);
  if (here !== undefined) return here.path;
  return enginesRequired
    ? ensureSmallModel(model, { home: testHome, consent: testConsent, found: weights })
    : undefined;
}

/** What an adapter for that model has to fit. */
export const REAL_MODEL = { architecture: "llama", layers: 30, width: 576 } as const;
