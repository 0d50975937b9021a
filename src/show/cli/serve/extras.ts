import { LoadoutError } from "../../../facts/errors/index.ts";
import type { Device } from "../../../facts/hardware/index.ts";
import { readGguf, type GgufFile } from "../../../facts/weights/index.ts";
import { guessArguments } from "../../../plan/command/index.ts";
import type { AdapterFile } from "../../../run/engine/index.ts";
import { openFileSource } from "../../../run/source/file-source.ts";
import type { CliContext } from "../context.ts";
import { modelFor } from "../model/model-for.ts";
import { projectorFor } from "../model/projector-for.ts";
import { weightsToLoad } from "../model/fetched.ts";
import type { Progress } from "../text/progress.ts";
import type { EngineChoice } from "./engine-choice.ts";
import type { DraftFlags } from "../../../plan/ask/flags/index.ts";
import type { Weights } from "../../../plan/ask/model/index.ts";
import type { Media } from "../../../plan/fit/index.ts";
import { checkDraft, type Drafting, draftingOf, mediaOf } from "../../../plan/ask/question/index.ts";

export interface ExtrasFlags extends Pick<DraftFlags, "draft" | "draftTokens"> {
  readonly mmproj?: string;
  readonly lora?: readonly string[];
  readonly models?: readonly string[];
  readonly yes?: boolean;
}

/** What stands beside a model's weights: who guesses, a projector, adapters. */
export interface Extras {
  readonly drafting?: Drafting;
  /** for the engine, as it takes them */
  readonly guessArguments: readonly string[];
  /** its file, and what it takes beside the model */
  readonly projector?: { readonly path: string; readonly media: Media };
  readonly adapters: readonly (AdapterFile & { readonly tensors: GgufFile["tensors"] })[];
  readonly assumptions: readonly string[];
}

export const NO_EXTRAS: Extras = { guessArguments: [], adapters: [], assumptions: [] };

/** Reads the files beside a model. What only llama-server can do is refused where the model is served by the engine inside. */
export async function extrasOf(
  context: CliContext,
  model: Weights,
  {
    flags,
    choice,
    progress,
    devices,
    writes = true,
  }: {
    readonly flags: ExtrasFlags;
    readonly choice: EngineChoice;
    readonly progress: Progress;
    readonly devices: readonly Device[];
    /** a model that embeds or ranks reads no images */
    readonly writes?: boolean;
  },
): Promise<Extras> {
  const { mmproj, lora = [] } = flags;
  const onlyServer = flags.draft !== undefined ? "--draft" : mmproj === undefined ? undefined : "--mmproj";
  if (choice.name === "embedded" && onlyServer !== undefined)
    throw new LoadoutError("serve-needs-llama-server", { flag: onlyServer, because: choice.because });
  const drafting = await draftingHere(context, flags, progress);
  if (mmproj !== undefined) await readBeside(mmproj, "--mmproj", "projector");
  const found = mmproj !== undefined || writes ? await projectorFor(mmproj, model) : undefined;
  const { build } = choice.runtime;
  const projector =
    found?.path === undefined || choice.name === "embedded"
      ? undefined
      : { path: found.path, media: await mediaOf({ flags: {}, weights: model, devices, build, found }) };
  return {
    ...(drafting ? { drafting } : {}),
    guessArguments: drafting ? argumentsOf(drafting) : [],
    ...(projector ? { projector } : {}),
    adapters: await Promise.all(
      lora.map(async (typed) => {
        const adapter = adapterOf(typed);
        return { ...adapter, tensors: (await readBeside(adapter.path, "--lora", "adapter")).tensors };
      }),
    ),
    assumptions: [
      ...(drafting ? checkDraft(model, drafting) : []),
      ...(found && mmproj === undefined ? [besideText(found.projector.name, choice)] : []),
    ],
  };
}

function besideText(name: string, { name: engine }: EngineChoice): string {
  return engine === "embedded"
    ? `${name} lies beside the model, and is left there: only llama-server reads images and sound`
    : `${name} lies beside the model, and is loaded with it`;
}

async function draftingHere(
  context: CliContext,
  flags: ExtrasFlags,
  progress: Progress,
): Promise<Drafting | undefined> {
  const drafting = await draftingOf(flags, undefined, (draft) =>
    modelFor(context, draft, flags.models ? { models: flags.models } : {}, progress),
  );
  if (drafting?.weights === undefined || drafting.weights.path !== undefined) return drafting;
  return { ...drafting, weights: await weightsToLoad(context, flags.draft!.replace(/^eagle3:/, ""), flags, progress) };
}

function argumentsOf({ by, lookUp, draftTokens, weights }: Drafting): string[] {
  const draft = weights?.path === undefined ? {} : { draft: { kind: "file" as const, path: weights.path } };
  return guessArguments({ by, lookUp, draftTokens, ...draft }).flat();
}

/** The header of a file that has to be of some kind. */
async function readBeside(path: string, flag: string, kind: GgufFile["kind"]): Promise<GgufFile> {
  const source = await openFileSource(path);
  try {
    const file = await readGguf(source);
    if (file.kind !== kind) throw new LoadoutError("serve-other-file", { flag, path, expected: kind, got: file.kind });
    return file;
  } finally {
    await source.close();
  }
}

/** `FILE`, `NAME=FILE`, with `@SCALE` behind it. */
export function adapterOf(typed: string): AdapterFile {
  const [, name, path = typed, scale] = /^(?:([\w.-]+)=)?(.+?)(?:@(\d*\.?\d+))?$/.exec(typed) ?? [];
  const base = path.replace(/^.*[/\\]/, "").replace(/\.gguf$/i, "");
  return { name: name ?? base, path, scale: scale === undefined ? 1 : Number(scale) };
}
