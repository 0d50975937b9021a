import { existsSync } from "node:fs";
import { basename } from "node:path";
import { formatDuration, formatFileBytes, formatRate } from "../../facts/units/index.ts";
import type { Consent, DownloadQuestion } from "../../run/fetch/index.ts";
import { askYes } from "./ask.ts";
import type { CliContext } from "./context.ts";
import { homeOf } from "./machine.ts";
import { readWeights } from "./model/read-file.ts";
import { modelsDirsOf } from "./models-dirs.ts";
import { theOne } from "./the-one.ts";
import { wrap } from "./text/layout.ts";
import type { Progress } from "./text/progress.ts";
import type { WeightsHere } from "../../plan/ask/model/index.ts";

interface WeightsFlags {
  readonly model?: string;
  readonly models?: readonly string[];
  readonly yes?: boolean;
}

/** The weights a person means: a file or a name of something found here; with neither, the small default, fetched if need be. */
export async function weightsFor(context: CliContext, flags: WeightsFlags, progress: Progress): Promise<WeightsHere> {
  if (flags.model !== undefined && (existsSync(flags.model) || flags.model.endsWith(".gguf")))
    return readWeights(flags.model);
  // a file needs none of this: finding and fetching are loaded only when something is to be found
  const { DEFAULT_MODEL_BYTES, ensureSmallModel, findWeights, matchWeights, readSmallModels } =
    await import("../../run/fetch/index.ts");
  const { home, config } = await homeOf(context);
  const modelsDirs = modelsDirsOf(flags, config);
  const { weights: found } = await findWeights({ home, modelsDirs });
  if (flags.model !== undefined)
    return readWeights(theOne(flags.model, found, matchWeights(found, flags.model)).path, flags.model);
  const small = (await readSmallModels()).find((row) => row.default)!;
  const path = await ensureSmallModel(small, {
    home,
    found,
    config,
    consent: consentOf(context, flags.yes ?? false, DEFAULT_MODEL_BYTES),
    onProgress: ({ bytes, totalBytes, bytesPerSec, remainingMs }) =>
      progress.update(
        `fetching ${small.name}: ${formatFileBytes(bytes)} of ${formatFileBytes(totalBytes)}` +
          (bytesPerSec === undefined ? "" : `, ${formatRate(bytesPerSec)}, ${formatDuration(remainingMs ?? 0)} left`),
      ),
    signal: context.signal,
  });
  progress.done();
  return readWeights(path, basename(path, ".gguf"));
}

/** How this person allows downloads: by --yes, by an answer on the terminal, or not at all. */
export function consentOf(context: CliContext, yes: boolean, freeBytes: number): Consent {
  const describe = ({ what, bytes, from, licence }: DownloadQuestion) =>
    `${what}: ${formatFileBytes(bytes)} to download from ${from}${licence ? `, licence ${licence.name} (${licence.url})` : ""}`;
  return {
    yes,
    tell: (question) => context.note(wrap(describe(question)).join("\n")),
    ...(context.interactive
      ? {
          ask: (question: DownloadQuestion) => askYes(context, `${describe(question)}. Fetch it?`),
        }
      : {}),
    freeBytes,
  };
}
