import { existsSync } from "node:fs";
import { LoadoutError } from "../../../facts/errors/index.ts";
import type { LlamaCppSettings, ServerArguments } from "../../../facts/runtime/index.ts";
import { choose, paceInput } from "../../../plan/fit/index.ts";
import type { PaceInput } from "../../../predict/speed/index.ts";
import { isHere, type ServerFacts, serverArgumentsHere, toldBy } from "../../../run/bench/load/index.ts";
import type { CliContext } from "../context.ts";
import { modelFor } from "../model/model-for.ts";
import { readWeights } from "../model/read-file.ts";
import { embeddedRuntime, serverRuntime, type Runtime } from "../../../plan/ask/flags/index.ts";
import type { Weights } from "../../../plan/ask/model/index.ts";
import { type BeforeOf, fitQuestion, type FitQuestion, type PlannedMachine } from "../../../plan/ask/question/index.ts";
import { serverArgumentsOf } from "../../../plan/ask/question/server-args.ts";
import { wishesTold } from "../../../plan/ask/question/wishes-told.ts";
import type { Progress } from "../text/progress.ts";
import type { BenchFlags } from "./flags.ts";
import type { Side } from "./sides.ts";

/** What an endpoint is known to run, and on which machine. */
export interface Served {
  readonly machine: PlannedMachine;
  readonly weights: Weights;
  readonly question: FitQuestion;
  readonly pace: PaceInput;
  readonly server: ServerFacts;
  readonly runtime: Runtime;
  readonly assumptions: readonly string[];
}

/** The same before its machine is known. */
interface Told {
  readonly weights: Weights;
  readonly server: ServerFacts;
  readonly told?: ServerArguments;
  readonly runtime: Runtime;
  readonly assumptions: readonly string[];
}

/** Which weights and settings answer at an address, if its server says so of files that are here, or somebody does (`--of`). */
export async function askedOf(
  context: CliContext,
  flags: Pick<BenchFlags, "of" | "serverArgs">,
  side: Pick<Side, "target" | "server">,
  progress: Progress,
): Promise<Told | undefined> {
  const { target, server } = side;
  // a path of another machine is another file
  if (flags.of === undefined && (server === undefined || !isHere(target.host))) return undefined;
  const said: ServerFacts = server ?? { saidBy: "flags", engine: "llama-server" };
  const weights =
    flags.of === undefined ? await weightsAt(said.modelPath) : await modelFor(context, flags.of, {}, progress);
  if (weights === undefined) return undefined;
  const runtime = said.engine === "embedded" ? embeddedRuntime() : serverBuild(said.build);
  const supposed = [
    ...(weights.assumptions ?? []),
    ...(server === undefined ? ["it does not say what it is: taken as llama-server"] : []),
  ];
  if (said.settings) return { weights, server: said, runtime, assumptions: supposed };
  if (runtime.engine !== "llama-server") return undefined;
  const own =
    flags.serverArgs === undefined && isHere(target.host) ? await serverArgumentsHere(target.port) : undefined;
  const words = flags.serverArgs ?? (own && typedWords(own)) ?? slotsSaid(said);
  const told = argumentsIn(words, runtime, flags.serverArgs !== undefined);
  if (told === undefined) return undefined;
  const { settings, threads } = wishesTold(told, runtime, weights.geometry);
  const { saidBy } = said;
  const known = {
    ...said,
    ...(settings ? toldBy(inTokens(settings, weights)) : {}),
    ...(threads === undefined ? {} : { threads }),
  };
  return {
    weights,
    runtime,
    told,
    server: { ...known, saidBy: flags.serverArgs === undefined ? (own ? "its command" : saidBy) : "flags" },
    assumptions: [
      ...supposed,
      ...(flags.serverArgs === undefined && own === undefined
        ? ["what the server does not say of its settings is taken as its defaults (--server-args tells)"]
        : []),
    ],
  };
}

/** The speed model's question for exactly these settings. `before`: what receipts say of the machine. */
export function servedOn(machine: PlannedMachine, asked: Told, before: BeforeOf | undefined): Served {
  const { weights, server, told, runtime } = asked;
  const assumptions = [...asked.assumptions, ...(machine.assumptions ?? [])];
  const question = fitQuestion({ machine, weights, flags: {}, before, runtime, ...(told ? { told } : {}) });
  const { settings, threads } = server;
  const choice = told || !settings || threads === undefined ? choose(question.request) : { settings, threads };
  const facts = { ...server, ...toldBy(inTokens(choice.settings, weights)), threads: choice.threads };
  return { machine, weights, question, pace: paceInput(question.request, choice), server: facts, runtime, assumptions };
}

/** A context of 0 is llama.cpp's word for as many tokens as the model was trained for. */
function inTokens(settings: LlamaCppSettings, { geometry }: Weights): LlamaCppSettings {
  return settings.context > 0 ? settings : { ...settings, context: geometry.contextLength };
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

/** What `/props` tells is the slots and their places alone; where not even that is told, they are the build's own. */
function slotsSaid({ slots, contextPerSlot }: ServerFacts): string {
  if (slots === undefined) return "";
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
