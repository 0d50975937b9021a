import { LoadoutError } from "../../../facts/errors/index.ts";
import { parseTokens } from "../../../facts/units/index.ts";
import { answerOffload, type OffloadAnswer } from "../../answer/index.ts";
import { GOALS, READING, roomFor } from "../../fit/index.ts";
import { cardCandidates } from "./offload-cards.ts";
import { ANSWER_TOKENS, type OffloadFlags, typedFlags } from "../flags/index.ts";
import { plainRuntime } from "./plain-runtime.ts";
import {
  type Asking,
  fitQuestion,
  machineByHand,
  refuseEmbedder,
  rigFor,
  withChosenFileType,
} from "../question/index.ts";

const PROMPT_TOKENS = 1024;
const JOBS = 1000;

/** `offload MODEL` */
export async function askOffload(asking: Asking, flags: OffloadFlags, model: string): Promise<OffloadAnswer> {
  const promptTokens = flags.prompt === undefined ? PROMPT_TOKENS : parseTokens(flags.prompt, "offload --prompt", 1);
  const answerTokens = flags.answer ?? ANSWER_TOKENS;
  const byHand = await rigFor(flags);
  const runtime = plainRuntime(flags.runtime ?? (byHand ? "llama-server" : "embedded"), flags);
  const [read, machine] = await Promise.all([
    asking.model(model, flags),
    byHand ? machineByHand(byHand, flags) : asking.machine(),
  ]);
  refuseEmbedder(read, "offload");
  // the largest file type that fits whole needs no offload: what is asked about is the usual one
  const weights = await withChosenFileType(read, machine, flags, runtime, roomFor(promptTokens, answerTokens));
  const before = byHand ? undefined : (await asking.here?.(machine, weights))?.before;
  const question = { weights, flags, runtime, typed: typedFlags(flags), diskBytesPerSec: flags.disk?.pagesBytesPerSec };
  const { request, context } = fitQuestion({ ...question, machine, before, promptTokens, answerTokens });
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
  const cards = await cardCandidates(machine, (other) => fitQuestion({ ...question, machine: other }).request);
  return answerOffload({ request, ...asked }, { ...context, targets: asked.targets, cards });
}
