import { EXIT, LoadoutError } from "../../../facts/errors/index.ts";
import {
  enough,
  machineFor,
  type PlannedEngine,
  planServe,
  replays,
  type SimulatedEngine,
  type SimulatedLoad,
} from "../../../plan/advise/index.ts";
import { answerSimulation, type SimulateAnswer } from "../../../plan/answer/index.ts";
import { shellWord } from "../../../plan/command/index.ts";
import { type Choice, choose, type FitRequest, roomFor } from "../../../plan/fit/index.ts";
import {
  type EngineSettings,
  FAILURES,
  type Failures,
  type LaneSettings,
  type Lengths,
} from "../../../predict/serving/index.ts";
import { beforeOf } from "../before.ts";
import { guarded, type CliContext } from "../context.ts";
import { homeOf, machineOf } from "../machine.ts";
import { modelFor } from "../model/model-for.ts";
import { leavingOut, openKnownReceipts } from "../receipts-at-hand.ts";
import type { SimulateFlags } from "../simulate/flags.ts";
import { loadFrom } from "../simulate/load.ts";
import { measuredFile, type MeasuredFile, type MeasuredServer } from "../simulate/measured-runs.ts";
import { progressFor } from "../text/progress.ts";
import { simulateText } from "../text/simulate-text.ts";
import { withoutPause } from "../without-pause.ts";
import {
  embeddedRuntime,
  needModel,
  serverRuntime,
  lengthWords,
  longest,
  OUTPUT,
  PROMPT,
  READING_TARGETS,
} from "../../../plan/ask/flags/index.ts";
import {
  fitQuestion,
  machineByHand,
  type PlannedMachine,
  refuseEmbedder,
  rigFor,
  withChosenFileType,
} from "../../../plan/ask/question/index.ts";

/** llama-server's own number of slots */
const SLOTS = 4;
/** the length of a context where prompts have no longest */
const UNBOUNDED = 8192;
const HOUR_MS = 3_600_000;

/** `loadout simulate MODEL` */
export const simulate = guarded(async function (this: CliContext, flags: SimulateFlags, typed?: string) {
  const replayed = flags.replay === undefined ? undefined : await measuredFile(flags.replay);
  const { runs, server } = replayed ?? {};
  const named = needModel(typed ?? server?.modelPath, "simulate");
  const load = await loadFrom(flags);
  if (load === undefined && runs === undefined) throw new LoadoutError("simulate-no-load");
  const { engine = server?.engine ?? "llama-server", prompt = PROMPT, output = OUTPUT, seed = 1, replicas = 1 } = flags;
  const byHand = await rigFor(flags);
  const runtime = engine === "embedded" ? embeddedRuntime() : serverRuntime(flags.build ?? knownBuild(server?.build));
  const progress = progressFor(this);
  const reading = modelFor(this, named, flags, progress);
  const probed = byHand ? undefined : await machineOf(this);
  const machine: PlannedMachine = probed ?? machineByHand(byHand!, flags);
  const [promptTokens, answerTokens] = lengthsHeld(load, flags, runs);
  const slots = flags.slots ?? flags.users ?? server?.slots ?? SLOTS;
  const planned = { ...flags, users: slots };
  const read = await reading;
  refuseEmbedder(read, "simulate");
  const weights = await withChosenFileType(read, machine, planned, runtime, roomFor(promptTokens, answerTokens));
  const { folders } = await homeOf(this);
  const receipts = probed ? await openKnownReceipts(this, folders.data) : undefined;
  let answer: SimulateAnswer;
  try {
    // a prediction that has learned from the very run it is held against would say nothing of predictions
    const learned = runs?.[0]?.receipt;
    const known = receipts && learned !== undefined ? leavingOut(receipts, learned) : receipts;
    const before = beforeOf(known, machine);
    const question = fitQuestion({ machine, weights, flags: planned, before, promptTokens, answerTokens, runtime });
    const chosen = choose(question.request);
    const plan = engine === "vllm" ? undefined : servePlan(question.request, chosen, engine, flags);
    const measured = engine === server?.engine && asSaid(flags) ? server : undefined;
    const choice = measuredChoice(plan ? { ...chosen, settings: plan.weighed.settings } : chosen, measured);
    // lanes are planned for a number of slots: a measured server with another number has lanes of its own
    const served = plan?.lanes.slots === choice.settings.sequences ? plan : undefined;
    const made = machineFor(question.request, choice, engine, served);
    const { rig } = machine.report;
    if (made === undefined) {
      const names = rig.devices.map(({ name }) => name).join(" + ");
      throw new LoadoutError("simulate-no-pace", { engine, rig: names === "" ? rig.host.cpu.model : names });
    }
    const targets = flags.targets ?? READING_TARGETS;
    const router = { policy: flags.router ?? ("least-loaded" as const), staleMs: flags.stale ?? 0 };
    const { times } = made;
    const settings = shiftedWhere(flags, made.engine);
    const lanes = flags.batch === undefined ? undefined : lanesOf(plan);
    const failures = failuresOf(flags);
    const asked = {
      engine: settings,
      times,
      replicas,
      router,
      targets,
      seed,
      ...(lanes ? { lanes } : {}),
      ...(failures ? { failures } : {}),
    };
    // mostly over before anybody reads it: nothing for a log
    if (this.process.stderr.isTTY) progress.update(`simulating ${made.engine.kind} ...`);
    const enoughness = load && withoutPause(this, () => enough({ load, ...asked }));
    const model = shellWord(weights.argument);
    answer = answerSimulation(
      {
        model: weights.facts,
        rig,
        engine: settings,
        times: { provenance: times.provenance, source: times.source },
        asked: {
          load: askedLoad(load, flags),
          prompt: lengthWords(prompt),
          output: lengthWords(output),
          replicas,
          ...(flags.batch === undefined ? {} : { batch: flags.batch }),
          ...(replicas > 1 ? { router: router.policy } : {}),
          ...(failures ? { failures } : {}),
          seed,
          targets,
        },
        assumptions: [
          ...(machine.assumptions ?? []),
          ...(weights.assumptions ?? []),
          ...made.assumptions,
          ...saidBy(measured),
        ],
        next: [`loadout explain ${model}${machine.rigArguments === undefined ? "" : ` ${machine.rigArguments}`}`],
      },
      enoughness,
      runs && withoutPause(this, () => replays(runs, settings, times)),
    );
  } finally {
    progress.done();
    receipts?.close();
  }
  this.out(flags.json ? JSON.stringify(answer, null, 2) : simulateText(answer, this.outStyle));
  return answer.enough?.met === false ? EXIT.no : EXIT.ok;
});

/** Slots, steps and lanes as `loadout serve` would have them; a micro-batch that was named stays. */
function servePlan(
  request: FitRequest,
  choice: Choice,
  engine: Exclude<SimulatedEngine, "vllm">,
  { microBatch }: SimulateFlags,
): PlannedEngine {
  const preemption = engine === "embedded" ? ("rests" as const) : ("cut" as const);
  const served = { name: engine, preemption, promptCache: engine === "llama-server" };
  const named = microBatch === undefined ? {} : { stepTokens: microBatch };
  return planServe({ request, choice, engine: served, ...named }).engines[0]!;
}

/** No flag says otherwise than the file. */
function asSaid({ slots, users, microBatch, context, kvType, gpuLayers, threads }: SimulateFlags): boolean {
  return [slots, users, microBatch, context, kvType, gpuLayers, threads].every((flag) => flag === undefined);
}

/** The measured server's own settings, or as much of them as it said. */
function measuredChoice(choice: Choice, server: MeasuredServer | undefined): Choice {
  if (server === undefined) return choice;
  const { settings, threads = choice.threads, stepTokens } = server;
  if (settings) return { ...choice, settings, threads };
  if (stepTokens === undefined) return choice;
  const { microBatch } = choice.settings;
  return {
    ...choice,
    threads,
    settings: { ...choice.settings, batch: stepTokens, microBatch: Math.min(microBatch, stepTokens) },
  };
}

function saidBy(server: MeasuredServer | undefined): string[] {
  if (server?.settings === undefined) return [];
  const { sequences, batch, microBatch } = server.settings;
  return [
    `settings of the measured server: ${sequences} ${sequences === 1 ? "slot" : "slots"}, steps of ${batch}, micro-batches of ${microBatch}`,
  ];
}

function knownBuild(said: string | undefined): string | undefined {
  return said !== undefined && /^b?\d+$/.test(said) ? said : undefined;
}

function lanesOf(plan: PlannedEngine | undefined): LaneSettings {
  if (plan !== undefined && plan.lanes.slots > 1) return plan.lanes;
  throw new LoadoutError("bad-quantity", {
    what: "--batch",
    expected: "llama-server or the embedded engine, with at least two slots",
    got: plan === undefined ? "vllm" : "one slot",
    example: "--batch 2 --slots 4",
  });
}

function shiftedWhere({ contextShift }: SimulateFlags, engine: EngineSettings): EngineSettings {
  if (contextShift !== true) return engine;
  const cannot = engine.kind === "llama-server" && engine.checkpoints === true;
  if (engine.kind === "llama-server" && !cannot) return { ...engine, contextShift };
  throw new LoadoutError("bad-quantity", {
    what: "--context-shift",
    expected: "llama-server, and a model whose cache can be shifted: no windows, no states",
    got: cannot ? "a model with windows or states" : engine.kind,
    example: "--engine llama-server --context-shift",
  });
}

/** Undefined: neither was named, and spares are counted where more machines are looked for. */
function failuresOf({ failures, coldStart }: SimulateFlags): Failures | undefined {
  if (failures === undefined && coldStart === undefined) return undefined;
  const { meanHoursBetween, downMs } = FAILURES;
  return {
    meanHoursBetween: failures === undefined ? meanHoursBetween : failures / HOUR_MS,
    downMs: coldStart ?? downMs,
  };
}

/** Longest prompt and answer that a sequence is to hold. */
function lengthsHeld(
  load: SimulatedLoad | undefined,
  { prompt = PROMPT, output = OUTPUT }: SimulateFlags,
  runs: MeasuredFile["runs"] | undefined,
): [prompt: number, answer: number] {
  const bounded = (lengths: Lengths) => Math.min(UNBOUNDED, longest(lengths));
  let [longestPrompt, longestAnswer] = [bounded(prompt), bounded(output)];
  const seen = [
    ...(load?.by === "trace" ? load.at(1).scheduled : []),
    ...(runs ?? []).flatMap(({ records }) => records),
  ];
  for (const { promptTokens, outputTokens } of seen) {
    longestPrompt = Math.max(longestPrompt, promptTokens);
    longestAnswer = Math.max(longestAnswer, outputTokens);
  }
  return [longestPrompt, longestAnswer];
}

function askedLoad(load: SimulatedLoad | undefined, flags: SimulateFlags): SimulateAnswer["asked"]["load"] {
  if (load === undefined) return { trace: flags.replay ?? "" };
  if (load.by === "trace") return { trace: flags.trace ?? "" };
  return load.by === "rate" ? { requestsPerSec: load.amount } : { users: load.amount };
}
