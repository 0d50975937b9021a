import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import { LoadoutError } from "../../facts/errors/index.ts";
import { geometryFromGguf, summaryOf, type Geometry } from "../../facts/model/index.ts";
import { formatDuration, formatFileBytes, formatRate } from "../../facts/units/index.ts";
import { readGgufSet, type Tensor } from "../../facts/weights/index.ts";
import type { ModelFacts } from "../../plan/answer/index.ts";
import type { Consent, DownloadQuestion } from "../../run/fetch/index.ts";
import { openFileSource, type ClosableSource } from "../../run/source/file-source.ts";
import { askYes } from "./ask.ts";
import type { CliContext } from "./context.ts";
import { homeOf } from "./machine.ts";
import { modelsDirsOf } from "./models-dirs.ts";
import { theOne } from "./the-one.ts";
import { wrap } from "./text/layout.ts";
import type { Progress } from "./text/progress.ts";

/** A model at hand, its header read. */
export interface Weights {
  readonly path: string;
  /** how a person names it on the command line */
  readonly argument: string;
  readonly facts: ModelFacts;
  readonly geometry: Geometry;
  readonly tensors: readonly Tensor[];
}

interface WeightsFlags {
  readonly model?: string;
  readonly models?: readonly string[];
  readonly yes?: boolean;
}

/** The weights a person means: a file or a name of something found here; with neither, the small default, fetched if need be. */
export async function weightsFor(context: CliContext, flags: WeightsFlags, progress: Progress): Promise<Weights> {
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

/** Reads the header of a file, or of a whole split set by any of its files. */
export async function readWeights(path: string, argument: string = path): Promise<Weights> {
  const opened: ClosableSource[] = [];
  const open = async (name: string): Promise<ClosableSource> => {
    const source = await openFileSource(name);
    opened.push(source);
    return source;
  };
  try {
    const file = await readGgufSet(await open(resolve(path)), async (name) =>
      existsSync(name) ? open(name) : undefined,
    );
    const geometry = geometryFromGguf(file);
    const { name = basename(path, ".gguf"), parameters, quantization, fileBytes } = summaryOf(file);
    const { architecture, contextLength } = geometry;
    const facts = { name, path: resolve(path), architecture, parameters, quantization, fileBytes, contextLength };
    return { path: resolve(path), argument, facts, geometry, tensors: file.tensors };
  } finally {
    await Promise.all(opened.map((source) => source.close()));
  }
}

function consentOf(context: CliContext, yes: boolean, freeBytes: number): Consent {
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

/** A question with a model in it needs one. */
export function needModel(model: string | undefined, command: string): string {
  if (model !== undefined) return model;
  throw new LoadoutError("bad-quantity", {
    what: `loadout ${command}`,
    expected: "a model: a .gguf file or a name from `loadout models --local`",
    got: "",
    example: `loadout ${command} ./model.gguf`,
  });
}
