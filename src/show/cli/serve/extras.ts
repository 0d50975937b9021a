import { LoadoutError } from "../../../facts/errors/index.ts";
import { readGguf, type GgufFile } from "../../../facts/weights/index.ts";
import { formatBytes } from "../../../facts/units/index.ts";
import { guessArguments } from "../../../plan/command/index.ts";
import type { AdapterFile } from "../../../run/engine/index.ts";
import { openFileSource } from "../../../run/source/file-source.ts";
import type { CliContext } from "../context.ts";
import { modelFor } from "../model/model-for.ts";
import { weightsToLoad } from "../model/fetched.ts";
import type { Progress } from "../text/progress.ts";
import type { EngineChoice } from "./engine-choice.ts";
import type { DraftFlags } from "../../../plan/ask/flags/index.ts";
import type { Weights } from "../../../plan/ask/model/index.ts";
import { checkDraft, type Drafting, draftingOf } from "../../../plan/ask/question/index.ts";

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
  readonly projector?: { readonly path: string; readonly bytes: number };
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
  }: { readonly flags: ExtrasFlags; readonly choice: EngineChoice; readonly progress: Progress },
): Promise<Extras> {
  const { mmproj, lora = [] } = flags;
  const onlyServer = flags.draft !== undefined ? "--draft" : mmproj === undefined ? undefined : "--mmproj";
  if (choice.name === "embedded" && onlyServer !== undefined)
    throw new LoadoutError("serve-needs-llama-server", { flag: onlyServer, because: choice.because });
  const drafting = await draftingHere(context, flags, progress);
  const projector = mmproj === undefined ? undefined : await readBeside(mmproj, "--mmproj", "projector");
  const bytes = projector?.tensors.reduce((total, tensor) => total + tensor.bytes, 0) ?? 0;
  return {
    ...(drafting ? { drafting } : {}),
    guessArguments: drafting ? argumentsOf(drafting) : [],
    ...(mmproj === undefined ? {} : { projector: { path: mmproj, bytes } }),
    adapters: await Promise.all(
      lora.map(async (typed) => {
        const adapter = adapterOf(typed);
        return { ...adapter, tensors: (await readBeside(adapter.path, "--lora", "adapter")).tensors };
      }),
    ),
    assumptions: [
      ...(drafting ? checkDraft(model, drafting) : []),
      ...(mmproj === undefined
        ? []
        : [
            `the projector's ${formatBytes(bytes)} are kept free for it; what it computes a picture in is not predicted`,
          ]),
    ],
  };
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
