import { existsSync } from "node:fs";
import { LoadoutError } from "../../../facts/errors/index.ts";
import type { ServerArguments } from "../../../facts/runtime/index.ts";
import { choose, paceInput } from "../../../plan/fit/index.ts";
import type { PaceInput } from "../../../predict/speed/index.ts";
import { isHere, type ServerFacts, serverArgumentsHere, toldBy } from "../../../run/bench/load/index.ts";
import type { ReceiptStore } from "../../../run/receipt/index.ts";
import { beforeOf } from "../before.ts";
import type { CliContext } from "../context.ts";
import type { Machine } from "../machine.ts";
import { modelFor } from "../model/model-for.ts";
import { readWeights } from "../model/read-file.ts";
import { embeddedRuntime, serverRuntime, type Runtime } from "../../../plan/ask/flags/index.ts";
import type { Weights } from "../../../plan/ask/model/index.ts";
import { fitQuestion, type FitQuestion } from "../../../plan/ask/question/index.ts";
import { serverArgumentsOf } from "../../../plan/ask/question/server-args.ts";
import { wishesTold } from "../../../plan/ask/question/wishes-told.ts";
import type { Progress } from "../text/progress.ts";
import type { BenchFlags } from "./flags.ts";
import type { Side } from "./sides.ts";

/** What an endpoint of this machine is known to run. */
export interface ServedHere {
  readonly weights: Weights;
  readonly question: FitQuestion;
  readonly pace: PaceInput;
  readonly server: ServerFacts;
  readonly runtime: Runtime;
  readonly assumptions: readonly string[];
}

interface Here {
  readonly weights: Weights;
  readonly server: ServerFacts;
  readonly told?: ServerArguments;
  readonly runtime: Runtime;
  readonly assumptions: readonly string[];
}

/** Which weights and settings answer at an address, if that is on this machine and says so, or somebody else does (`--of`). */
export async function askedHere(
  context: CliContext,
  flags: Pick<BenchFlags, "of" | "serverArgs">,
  side: Side,
  progress: Progress,
): Promise<Here | undefined> {
  const { target, server } = side;
  if (flags.of === undefined && (server === undefined || !isHere(target.host))) return undefined;
  const said: ServerFacts = server ?? { saidBy: "flags", engine: "llama-server" };
  const weights =
    flags.of === undefined ? await weightsAt(said.modelPath) : await modelFor(context, flags.of, {}, progress);
  if (weights === undefined) return undefined;
  const runtime = said.engine === "embedded" ? embeddedRuntime() : serverBuild(said.build);
  if (said.settings) return { weights, server: said, runtime, assumptions: [] };
  if (runtime.engine !== "llama-server") return undefined;
  const own =
    flags.serverArgs === undefined && isHere(target.host) ? await serverArgumentsHere(target.port) : undefined;
  const words = flags.serverArgs ?? (own && typedWords(own)) ?? slotsSaid(said);
  const told = argumentsIn(words, runtime, flags.serverArgs !== undefined);
  if (told === undefined) return undefined;
  const { settings, threads } = wishesTold(told, runtime, weights.geometry);
  const { saidBy } = said;
  const known = { ...said, ...(settings ? toldBy(settings) : {}), ...(threads === undefined ? {} : { threads }) };
  return {
    weights,
    runtime,
    told,
    server: { ...known, saidBy: flags.serverArgs === undefined ? (own ? "its command" : saidBy) : "flags" },
    assumptions:
      flags.serverArgs === undefined && own === undefined
        ? ["what the server does not say of its settings is taken as its defaults (--server-args tells)"]
        : [],
  };
}

/** The speed model's question for exactly these settings, with what receipts here say. */
export function servedHere(here: Here, machine: Machine, receipts: ReceiptStore | undefined): ServedHere {
  const { weights, server, told, runtime, assumptions } = here;
  const before = beforeOf(receipts, machine);
  const question = fitQuestion({ machine, weights, flags: {}, before, runtime, ...(told ? { told } : {}) });
  const { settings, threads } = server;
  const choice = told || !settings || threads === undefined ? choose(question.request) : { settings, threads };
  const facts = { ...server, ...toldBy(choice.settings), threads: choice.threads };
  return { weights, question, pace: paceInput(question.request, choice), server: facts, runtime, assumptions };
}

async function weightsAt(path: string | undefined): Promise<Weights | undefined> {
  if (path === undefined || !existsSync(path)) return undefined;
  try {
    return await readWeights(path);
  } catch (error) {
    if (error instanceof LoadoutError) return undefined;
    throw error;
  }
}

/** A build that cannot be read is taken as the newest known. */
function serverBuild(said: string | undefined): Runtime {
  return serverRuntime(said !== undefined && /^b?\d+$/.test(said) ? said : undefined);
}

/** What `/props` tells is the slots and their places alone. */
function slotsSaid({ slots = 1, contextPerSlot }: ServerFacts): string {
  return contextPerSlot === undefined ? `-np ${slots}` : `-np ${slots} -c ${contextPerSlot * slots}`;
}

function typedWords(args: readonly string[]): string {
  return args.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(" ");
}

/** Of a person an argument that is not known is an error; of a process that runs it only leaves the settings unknown. */
function argumentsIn(words: string, runtime: Runtime, typed: boolean): ServerArguments | undefined {
  try {
    return serverArgumentsOf(words, runtime);
  } catch (error) {
    if (typed || !(error instanceof LoadoutError)) throw error;
    return undefined;
  }
}
