import { LoadoutError } from "../../../facts/errors/index.ts";
import { answerKv, type FrontierAnswer, type QuantsAnswer, type ReportLoadout } from "../../../plan/answer/index.ts";
import { shellWord } from "../../../plan/command/index.ts";
import {
  describesRig,
  type FrontierFlags,
  promptOf,
  type QuestionFlags,
  rigArguments,
  typedFlags,
} from "../../../plan/ask/flags/index.ts";
import { askFit } from "../../../plan/ask/kinds/fit.ts";
import { askFrontier } from "../../../plan/ask/kinds/frontier.ts";
import { askQuants } from "../../../plan/ask/kinds/quants.ts";
import type { Asking } from "../../../plan/ask/question/index.ts";
import type { CliContext } from "../context.ts";
import { newestReceipt } from "./receipt.ts";

/** Everything that is asked of one loadout: each answer as its own command prints it. */
export async function reportLoadout(
  context: CliContext,
  asking: Asking,
  flags: QuestionFlags,
  model: string,
): Promise<Omit<ReportLoadout, "name">> {
  const { answer: fit, choice, question } = await askFit(asking, flags, model, "report");
  const kv =
    choice.prediction.kind === "rejected"
      ? undefined
      : answerKv(question.request, choice, { model: fit.model, runtime: fit.runtime, setup: question.setup });
  // others are asked about the very file type that was chosen
  const named = question.context.modelArgument;
  const { quant: _, ...rest } = flags;
  const receipt = describesRig(flags) ? undefined : await newestReceipt(context, fit);
  return {
    ask: askedAs(flags, model),
    fit,
    ...(kv && !question.request.geometry.cacheless ? { kv } : {}),
    // of a model that writes no tokens neither is asked
    ...(fit.speed.documents
      ? { frontierUnknown: "A frontier is of written tokens, and this model writes none." }
      : { ...(await frontierOf(asking, rest, named, fit.runtime.engine)), ...(await quantsOf(asking, rest, named)) }),
    ...(receipt ? { receipt } : {}),
  };
}

function askedAs(flags: QuestionFlags, model: string): string {
  const words = typedFlags(flags).map(([flag, value]) => `${flag} ${shellWord(value)}`);
  const rig = rigArguments(flags);
  const quant = flags.quant === undefined ? [] : [`--quant ${shellWord(flags.quant)}`];
  return ["loadout report", shellWord(model), ...quant, ...words, ...(rig === "" ? [] : [rig])].join(" ");
}

type Frontiers = Pick<ReportLoadout, "frontier" | "frontierUnknown">;

async function frontierOf(asking: Asking, flags: QuestionFlags, named: string, engine: string): Promise<Frontiers> {
  if (flags.serverArgs !== undefined || flags.draft !== undefined)
    return { frontierUnknown: "A frontier is not made of a command line that was given, nor of guesses ahead." };
  const { goal: _goal, users: _users, microBatch: _step, prompt: _prompt, answer, ...rest } = flags;
  const promptTokens = promptOf(flags, "report");
  const asked: FrontierFlags = {
    ...rest,
    engine: engine === "llama-server" ? "llama-server" : "embedded",
    ...(promptTokens === undefined ? {} : { prompt: { kind: "fixed", tokens: promptTokens } }),
    ...(answer === undefined ? {} : { output: { kind: "fixed", tokens: answer } }),
  };
  const found = await orNone<FrontierAnswer>(() => askFrontier(asking, asked, named), "frontier-no-setting");
  return found
    ? { frontier: found }
    : { frontierUnknown: "No setting of a server fits here with a pace that is known." };
}

async function quantsOf(asking: Asking, flags: QuestionFlags, named: string): Promise<Pick<ReportLoadout, "quants">> {
  const { goal, context: length, users, kvType, models, build, gpu, vram, ram, backend, os, node, link } = flags;
  const asked = { goal, context: length, users, kvType, models, build, gpu, vram, ram, backend, os, node, link };
  const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  const quants: QuantsAnswer = await askQuants(asking, given, named);
  return { quants };
}

/** Undefined where the answer is that there is none. */
async function orNone<Answer>(ask: () => Promise<Answer>, code: LoadoutError["code"]): Promise<Answer | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof LoadoutError && error.code === code) return undefined;
    throw error;
  }
}
