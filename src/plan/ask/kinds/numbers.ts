import { LoadoutError } from "../../../facts/errors/index.ts";
import { embedsTexts } from "../../../facts/model/index.ts";
import { fitNumbers, type FitNumbers } from "../../answer/index.ts";
import {
  ANSWER_TOKENS,
  bringsMedia,
  draftFlagOf,
  embeddedRuntime,
  flagBesideModel,
  promptOf,
  type Runtime,
  type QuestionFlags,
  roomOf,
  serverRuntime,
  typedFlags,
  USUAL_DISK,
  type WantedFlags,
} from "../flags/index.ts";
import {
  type Asking,
  fitQuestion,
  type FitQuestion,
  machineByHand,
  rigFor,
  withChosenFileType,
} from "../question/index.ts";
import type { Weights } from "../model/index.ts";
import type { withDraft } from "../question/beside-draft.ts";
import type { serverArgumentsOf } from "../question/server-args.ts";

type Told = Awaited<ReturnType<typeof serverArgumentsOf>>;

export interface FitFlags extends QuestionFlags, Omit<WantedFlags, "disk"> {
  readonly table?: boolean;
}

/** `fit MODEL` without what has to be searched for. */
export async function askNumbers(asking: Asking, flags: FitFlags, model: string): Promise<FitNumbers> {
  refuseChoosing(flags, model);
  const question = await gatherFit(asking, flags, model, "fit");
  return fitNumbers(question.request, question.context);
}

/** Flags that choose among models say nothing beside one. */
export function refuseChoosing(flags: FitFlags, model: string): void {
  const flag = flagBesideModel(flags);
  if (flag !== undefined) throw new LoadoutError("flag-beside-model", { flag, got: model });
}

/** The same question, ready to be answered. */
export async function gatherFit(
  asking: Asking,
  flags: QuestionFlags,
  model: string,
  command: string,
): Promise<FitQuestion> {
  const promptTokens = promptOf(flags, command);
  const answerTokens = flags.answer ?? ANSWER_TOKENS;
  const { room } = roomOf(flags, command);
  const typed = typedFlags(flags);
  const server = serverRuntime(flags.build);
  const told = flags.serverArgs === undefined ? undefined : await toldBy(flags.serverArgs, server);
  const elsewhere =
    flags.runtime === "ollama" || flags.runtime === "lm-studio"
      ? (await otherPrograms()).elsewhereRuntime(flags.runtime, flags)
      : undefined;
  const byHand = await rigFor(flags);
  const loading = Promise.all([
    asking.model(model, told?.guesses?.by === "mtp" ? { ...flags, draft: "mtp" } : flags),
    draftingBy(asking, flags, told?.guesses),
  ]);
  const asked = {
    flags,
    promptTokens,
    answerTokens,
    cachedShare: flags.cached,
    typed,
    reading: flags.disk?.reading ?? USUAL_DISK,
    diskBytesPerSec: flags.disk?.pagesBytesPerSec,
    ...(elsewhere ? {} : { server }),
    told,
  };
  if (byHand) {
    // nothing is asked of this machine, and neither what was measured on it nor its disk says anything of another
    const machine = machineByHand(byHand, flags);
    const [read, drafting] = await loading;
    await refuseFor(read, flags);
    const apart = told || drafting || bringsMedia(flags);
    const runtime = elsewhere ?? (flags.runtime === "embedded" && !apart ? embeddedRuntime() : server);
    const weights = await chosenFor(read, machine, flags, runtime, drafting, room);
    const brought = await broughtBy(asking, asked, machine, weights, runtime);
    return fitQuestion({ ...asked, ...brought, machine, weights, runtime, drafting });
  }
  const [machine, [read, drafting]] = await Promise.all([asking.machine(), loading]);
  await refuseFor(read, flags);
  const apart = told || drafting || bringsMedia(flags);
  const runtime = elsewhere ?? (flags.runtime === "llama-server" || apart ? server : embeddedRuntime());
  const weights = await chosenFor(read, machine, flags, runtime, drafting, room);
  const here = await asking.here?.(machine, weights);
  const brought = await broughtBy(asking, asked, machine, weights, runtime);
  return fitQuestion({ ...asked, ...brought, ...here, machine, weights, runtime, drafting });
}

/** Images and sound, where flags name them: read and counted by code that no other question needs. */
async function broughtBy(
  asking: Asking,
  asked: Pick<Parameters<typeof fitQuestion>[0], "flags" | "promptTokens" | "typed"> & {
    readonly flags: QuestionFlags;
  },
  machine: Parameters<typeof fitQuestion>[0]["machine"],
  weights: Parameters<typeof fitQuestion>[0]["weights"],
  runtime: Runtime,
) {
  if (!bringsMedia(asked.flags)) return {};
  const { brought } = await import("../question/brought.ts");
  return brought(asking, asked, machine, weights, runtime);
}

/** Who guesses, where flags name one: read by code that no other question needs. */
async function draftingBy(asking: Asking, flags: QuestionFlags, told: Told["guesses"]) {
  if (draftFlagOf(flags) === undefined && told === undefined) return undefined;
  const { draftingOf } = await import("../question/drafting.ts");
  return draftingOf(flags, told, (draft) => asking.model(draft, flags.models ? { models: flags.models } : {}));
}

/** The file type where nobody named one, beside a draft where one guesses. */
async function chosenFor(...asked: Parameters<typeof withDraft>): Promise<Weights> {
  const [read, machine, flags, runtime, drafting, room] = asked;
  if (!drafting) return withChosenFileType(read, machine, flags, runtime, room);
  const { withDraft: beside } = await import("../question/beside-draft.ts");
  return beside(...asked);
}

/** Flags about written tokens, beside a model that writes none. */
async function refuseFor(weights: Weights, flags: QuestionFlags): Promise<void> {
  if (!embedsTexts(weights.geometry)) return;
  const { refuseAnswerFlags } = await import("../question/refuse-embedder.ts");
  refuseAnswerFlags(weights, flags);
}

/** What further programs and the flags of a server are read by. */
const otherPrograms = () => import("../question/server-args.ts");

/** What the flags of a server say is read by a table of them that no other question needs. */
async function toldBy(text: string, server: Parameters<typeof serverArgumentsOf>[1]) {
  const { serverArgumentsOf: read } = await otherPrograms();
  return read(text, server);
}
