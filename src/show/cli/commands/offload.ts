import { EXIT, LoadoutError } from "../../../facts/errors/index.ts";
import { parseTokens } from "../../../facts/units/index.ts";
import { answerOffload, offloadRuns } from "../../../plan/answer/index.ts";
import { GOALS, READING, roomFor } from "../../../plan/fit/index.ts";
import { guarded, type CliContext } from "../context.ts";
import { homeOf, machineOf } from "../machine.ts";
import { withChosenFileType } from "../model/chosen-file-type.ts";
import { modelFor } from "../model/model-for.ts";
import { needModel } from "../model/need-model.ts";
import { cardCandidates } from "../offload-cards.ts";
import { ANSWER_TOKENS, fitQuestion, type PlannedMachine } from "../question.ts";
import { openKnownReceipts } from "../receipts-at-hand.ts";
import { machineByHand, rigFor } from "../rig-for.ts";
import { embeddedRuntime, serverRuntime } from "../runtime.ts";
import { offloadText } from "../text/offload-text.ts";
import { progressFor } from "../text/progress.ts";
import { typedFlags } from "../typed-flags.ts";
import type { DraftFlags } from "../draft-flags.ts";
import type { DiskRate } from "../wanted-flags.ts";
import type { QuestionFlags } from "./fit.ts";

export interface OffloadFlags extends Omit<QuestionFlags, keyof DraftFlags> {
  readonly answer?: number;
  readonly jobs?: number;
  readonly atLeast?: number;
  readonly wait?: number;
  readonly hostWatts?: number;
  readonly disk?: DiskRate;
}

const PROMPT_TOKENS = 1024;
const JOBS = 1000;

/** `loadout offload MODEL` */
export const offload = guarded(async function (this: CliContext, flags: OffloadFlags, typed?: string) {
  const promptTokens = flags.prompt === undefined ? PROMPT_TOKENS : parseTokens(flags.prompt, "offload --prompt", 1);
  const answerTokens = flags.answer ?? ANSWER_TOKENS;
  const byHand = await rigFor(flags);
  const server = serverRuntime(flags.build);
  const runtime = (flags.runtime ?? (byHand ? "llama-server" : "embedded")) === "embedded" ? embeddedRuntime() : server;
  const reading = modelFor(this, needModel(typed, "offload"), flags, progressFor(this));
  const probed = byHand ? undefined : await machineOf(this);
  const machine: PlannedMachine = probed ?? machineByHand(byHand!, flags);
  const read = await reading;
  // the largest file type that fits whole needs no offload: what is asked about is the usual one
  const weights = await withChosenFileType(read, machine, flags, runtime, roomFor(promptTokens, answerTokens));
  const { folders } = await homeOf(this);
  const receipts = probed ? await openKnownReceipts(this, folders.data) : undefined;
  try {
    const asking = { weights, flags, runtime, typed: typedFlags(flags), diskBytesPerSec: flags.disk?.pagesBytesPerSec };
    const { request, context } = fitQuestion({ ...asking, machine, receipts, promptTokens, answerTokens });
    const asked = {
      promptTokens,
      ...(flags.cached === undefined ? {} : { cachedShare: flags.cached }),
      answerTokens,
      jobs: flags.jobs ?? JOBS,
      targets: {
        ...(GOALS[flags.goal ?? "interactive"].targets ?? READING),
        ...(flags.atLeast === undefined ? {} : { decodePerSec: flags.atLeast }),
        ...(flags.wait === undefined ? {} : { firstTokenMs: flags.wait }),
      },
      ...(flags.hostWatts === undefined ? {} : { hostWatts: flags.hostWatts }),
    };
    const wanted = promptTokens + answerTokens;
    if (flags.context !== undefined && flags.context < wanted) {
      throw new LoadoutError("bad-quantity", {
        what: "offload --context",
        expected: `room for the prompt and its answer, ${wanted} tokens`,
        got: String(flags.context),
        example: `--context ${wanted}`,
      });
    }
    const cards = await cardCandidates(machine, (other) => fitQuestion({ ...asking, machine: other }).request);
    const answer = answerOffload({ request, ...asked }, { ...context, targets: asked.targets, cards });
    this.out(flags.json ? JSON.stringify(answer, null, 2) : offloadText(answer, this.outStyle));
    return offloadRuns(answer) ? EXIT.ok : EXIT.no;
  } finally {
    receipts?.close();
  }
});
