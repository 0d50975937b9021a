import { EXIT, LoadoutError } from "../../../facts/errors/index.ts";
import { answerFit } from "../../../plan/answer/index.ts";
import { good } from "../../../plan/fit/index.ts";
import { guarded, type CliContext } from "../context.ts";
import { diskFor } from "../disk.ts";
import { draftFlagOf, type DraftFlags, draftingOf } from "../draft-flags.ts";
import type { PlanFlags, RuntimeFlags } from "../flags.ts";
import { embeddedRuntime, serverRuntime } from "../runtime.ts";
import { machineOf } from "../machine.ts";
import { withDraft } from "../model/beside-draft.ts";
import { modelFor } from "../model/model-for.ts";
import { ANSWER_TOKENS, fitQuestion, type FitQuestion } from "../question.ts";
import { promptOf, roomOf } from "../prompt-flags.ts";
import { openKnownReceipts } from "../receipts-at-hand.ts";
import { describesRig, machineByHand, rigFor, type RigFlags } from "../rig-for.ts";
import { serverArgumentsOf } from "../server-args.ts";
import { typedFlags } from "../typed-flags.ts";
import { fitText } from "../text/fit-text.ts";
import { flagBesideModel, USUAL_DISK, type WantedFlags } from "../wanted-flags.ts";
import { progressFor } from "../text/progress.ts";

/** What `fit` and `explain` take alike. */
export interface QuestionFlags extends PlanFlags, RuntimeFlags, RigFlags, DraftFlags {
  readonly prompt?: string;
  readonly answer?: number;
  readonly cached?: number;
  readonly quant?: string;
}

interface FitFlags extends QuestionFlags, WantedFlags {
  readonly verify?: boolean;
  readonly spec?: string;
  readonly table?: boolean;
}

/** `loadout fit MODEL`; without one what can be run; `--spec` many questions. */
export const fit = guarded(async function (this: CliContext, flags: FitFlags, model?: string) {
  if (flags.spec !== undefined) return (await import("../spec/fit-spec.ts")).fitSpec(this, flags.spec, flags);
  if (model === undefined) {
    const flag = draftFlagOf(flags);
    if (flag !== undefined) throw new LoadoutError("flag-without-model", { flag });
    return (await import("./fit-ranking.ts")).fitRanking(this, flags);
  }
  if (flags.verify && describesRig(flags)) {
    throw new LoadoutError("rig-contradiction", {
      what: "fit --verify",
      expected: "this machine, whose engine is asked",
      got: "a rig written by hand",
      advice: "Leave out --verify, or --gpu and the like.",
    });
  }
  const choosing = flagBesideModel(flags);
  if (choosing !== undefined) throw new LoadoutError("flag-beside-model", { flag: choosing, got: model });
  const { answer, choice, question } = await askFit(this, flags, model, "fit");
  const verified = flags.verify
    ? await (await import("../verify.ts")).verify(question, choice.settings, answer.model.path)
    : undefined;
  const table = flags.table ? { table: (await import("../file-type-table.ts")).fileTypeTable(question) } : {};
  const whole = { ...answer, ...table, ...(verified ? { verified } : {}) };
  this.out(flags.json ? JSON.stringify(whole, null, 2) : fitText(whole, this.outStyle));
  return good(answer.verdict.now.verdict) && verified?.equal !== false ? EXIT.ok : EXIT.no;
});

type AskedFlags = QuestionFlags & Pick<WantedFlags, "disk">;

/** What `fit` and `explain` share: the question gathered and answered. */
export async function askFit(context: CliContext, flags: AskedFlags, model: string, command: string) {
  const promptTokens = promptOf(flags, command);
  const answerTokens = flags.answer ?? ANSWER_TOKENS;
  const { room } = roomOf(flags, command);
  const typed = typedFlags(flags);
  const server = serverRuntime(flags.build);
  const told = flags.serverArgs === undefined ? undefined : serverArgumentsOf(flags.serverArgs, server);
  const byHand = await rigFor(flags);
  const reading = flags.disk?.reading ?? USUAL_DISK;
  const diskBytesPerSec = flags.disk?.pagesBytesPerSec;
  const progress = progressFor(context);
  const loading = Promise.all([
    modelFor(context, model, told?.guesses?.by === "mtp" ? { ...flags, draft: "mtp" } : flags, progress),
    draftingOf(context, flags, progress, told?.guesses),
  ]);
  const answered = (question: FitQuestion) => ({ ...answerFit(question.request, question.context), question });
  const asked = {
    flags,
    promptTokens,
    answerTokens,
    cachedShare: flags.cached,
    typed,
    reading,
    diskBytesPerSec,
    server,
    told,
  };
  if (byHand) {
    // nothing is asked of this machine, and what was measured on it says nothing of another
    const machine = machineByHand(byHand, flags);
    // the disk here says nothing of another machine's
    const [read, drafting] = await loading;
    const runtime = flags.runtime === "embedded" && !told && !drafting ? embeddedRuntime() : server;
    const weights = await withDraft(read, machine, flags, runtime, drafting, room);
    return answered(fitQuestion({ ...asked, machine, weights, runtime, drafting }));
  }
  const [machine, [read, drafting]] = await Promise.all([machineOf(context), loading]);
  const runtime = flags.runtime === "llama-server" || told || drafting ? server : embeddedRuntime();
  const weights = await withDraft(read, machine, flags, runtime, drafting, room);
  const receipts = await openKnownReceipts(context, machine.folders.data);
  try {
    const disk = await diskFor(machine.folders, weights);
    return answered(fitQuestion({ ...asked, machine, weights, receipts, runtime, disk, drafting }));
  } finally {
    receipts?.close();
  }
}
