import { LoadoutError } from "../../../facts/errors/index.ts";
import type { Backend } from "../../../facts/hardware/index.ts";
import { weightBytes } from "../../../facts/recipe/index.ts";
import type { LlamaCppSettings, ServerArguments } from "../../../facts/runtime/index.ts";
import type {
  AnswerContext,
  DiskFacts,
  ModelFacts,
  ReadingRate,
  RuntimeFacts,
  TypedFlags,
} from "../../answer/index.ts";
import type { WeightsPlace } from "../../command/index.ts";
import { remembered, roomFor, type FitRequest, type SmallerFile } from "../../fit/index.ts";
import { type SearchSetup, usualBits, usualFileTypes } from "../../search/index.ts";
import {
  aboutLlamaCpp,
  layerPlaces,
  leastLlamaCpp,
  predictLlamaCpp,
  type LlamaCppQuestion,
  type MemoryPrediction,
} from "../../../predict/memory/index.ts";
import type { Calibration } from "../../../predict/speed/index.ts";
import type { PlannedMachine } from "./machine.ts";
import type { Drafting } from "./drafting.ts";
import type { Media } from "../../fit/index.ts";
import { wishesTold } from "./wishes-told.ts";
import { ANSWER_TOKENS, embeddedRuntime, type PlanFlags, type Runtime, wishesOf } from "../flags/index.ts";
import { byRecipe, type Weights } from "../model/index.ts";

/** A question ready to be answered: the pure rooms need nothing else. */
export interface FitQuestion {
  readonly request: FitRequest;
  readonly context: AnswerContext;
  readonly backend: Backend;
  readonly runtime: RuntimeFacts;
  /** the same without a file: for other file types */
  readonly setup: SearchSetup;
  /** what the engine's own dry run would say to the same settings */
  readonly dryRun: (settings: LlamaCppSettings) => MemoryPrediction;
}

/** What earlier runs on a machine say of weights under an engine. */
export interface Before {
  readonly calibration?: Calibration | undefined;
  /** that were found best */
  readonly threads?: number | undefined;
}

/** A model under an engine. */
export interface RanHere {
  readonly engine: string;
  readonly backend: Backend;
  readonly model: ModelFacts;
}

/** What ran on this machine before with a model under an engine. */
export type BeforeOf = (of: RanHere) => Before;

/** Puts machine, weights and wishes together with what earlier runs say. */
export function fitQuestion(parts: {
  readonly machine: PlannedMachine;
  readonly weights: Weights;
  readonly flags: PlanFlags;
  /** of what ran on this machine before; absent: nothing is known */
  readonly before?: BeforeOf | undefined;
  readonly promptTokens?: number | undefined;
  /** of the answer whose end is timed */
  readonly answerTokens?: number | undefined;
  /** share of the prompt that a cache holds, 0 to 1 */
  readonly cachedShare?: number | undefined;
  readonly disk?: DiskFacts | undefined;
  /** how fast its file is read */
  readonly reading?: ReadingRate | undefined;
  /** what was asked, as it is typed */
  readonly typed?: TypedFlags | undefined;
  /** what weights beyond the RAM are read at; absent: assumed */
  readonly diskBytesPerSec?: number | undefined;
  /** absent: the embedded engine */
  readonly runtime?: Runtime;
  /** llama-server, as its command is printed for; absent: no command */
  readonly server?: Runtime;
  /** a command line of it, to be weighed as it is */
  readonly told?: ServerArguments | undefined;
  /** how tokens are guessed ahead */
  readonly drafting?: Drafting | undefined;
  /** what each request brings besides text */
  readonly media?: Media | undefined;
  /** loaded beside the weights */
  readonly adapters?: LlamaCppQuestion["adapters"];
}): FitQuestion {
  const {
    machine,
    weights,
    flags,
    before,
    promptTokens,
    answerTokens = ANSWER_TOKENS,
    cachedShare,
    disk,
    reading,
    typed,
    diskBytesPerSec,
    told,
    drafting,
    adapters,
    media,
    runtime: chosen = embeddedRuntime(),
    server,
  } = parts;
  const { rig } = machine.report;
  const { geometry } = weights;
  if (geometry.draftHead) throw new LoadoutError("draft-head-alone", { name: weights.facts.name });
  const { build, caller, engine, version, buildName } = chosen;
  const backend = rig.devices[0]?.backend ?? "cpu";
  const runtime: RuntimeFacts = { engine, version, build: buildName, backend };
  const { calibration, threads: measuredThreads } = before?.({ engine, backend, model: weights.facts }) ?? {};
  const { sizesFrom: weightsFrom = "header" } = weights.facts;
  const cpuFeatures = rig.host.cpu.features;
  const { tensors } = weights;
  const lora = adapters && adapters.length > 0 ? { adapters } : {};
  const fixed = { geometry, weightsFrom, build, caller, devices: rig.devices, cpuFeatures, ...lora };
  const room = promptTokens === undefined ? {} : { room: roomFor(promptTokens, answerTokens) };
  const wishes = told ? wishesTold(told, chosen, geometry) : { ...wishesOf(flags), ...room };
  const requestUnder = (
    under: Pick<Runtime, "build" | "caller" | "standing">,
    file: Weights["tensors"] = tensors,
    guessing = true,
  ): FitRequest => {
    const guesses = guessing ? drafting : undefined;
    const { build: built, caller: called, standing } = under;
    const guessed = guesses ? guesses.memory(guesses) : {};
    const asked = { ...fixed, tensors: file, build: built, caller: called, standing, ...guessed };
    const around = under === chosen ? chosen.elsewhere?.memory : undefined;
    const beside = (predict: (question: LlamaCppQuestion) => MemoryPrediction) =>
      remembered((settings) => {
        const prediction = predict({ ...asked, settings });
        return media ? media.beside(prediction, settings) : prediction;
      });
    return {
      goal: flags.goal ?? "interactive",
      wishes,
      geometry,
      tensors: file,
      rig,
      closable: machine.closable,
      memory: beside(around ?? predictLlamaCpp),
      // drafts are left to whole replays, and so is what another program makes of it
      ...(asked.draft || around
        ? {}
        : {
            about: beside(aboutLlamaCpp),
            least: beside(leastLlamaCpp),
          }),
      ...(guesses
        ? {
            guessing: {
              ...guesses.guessing(guesses, { geometry, tensors: file }, rig.devices),
              without: () => requestUnder(under, file, false),
            },
          }
        : {}),
      placement: (settings) => layerPlaces(geometry, settings, rig.devices),
      smaller: smallerFiles(weights, (smaller) => requestUnder(under, smaller)),
      ...(diskBytesPerSec === undefined ? {} : { diskBytesPerSec }),
      ...(media ? { media } : {}),
      ...(calibration ? { calibration } : {}),
      ...(measuredThreads === undefined ? {} : { measuredThreads }),
    };
  };
  const request = requestUnder(chosen);
  return {
    request,
    context: {
      model: weights.facts,
      runtime,
      modelArgument: weights.argument,
      assumptions: [
        ...(weights.assumptions ?? []),
        ...(machine.assumptions ?? []),
        ...(chosen.note === undefined ? [] : [chosen.note]),
      ],
      ...(disk ? { disk } : {}),
      ...(reading ? { reading } : {}),
      ...(typed ? { typed } : {}),
      ...(machine.rigArguments === undefined ? {} : { rigArguments: machine.rigArguments }),
      ...(promptTokens === undefined ? {} : { promptTokens }),
      answerTokens,
      ...(cachedShare === undefined ? {} : { cachedShare }),
      ...(chosen.elsewhere ? { elsewhere: chosen.elsewhere.told(servedFrom(weights)) } : {}),
      ...(server
        ? {
            server: {
              // the same question is not replayed twice
              request: server === chosen ? request : requestUnder(server),
              build: server.buildName,
              buildNumber: server.buildNumber,
              weights: servedFrom(weights),
              ...(drafting?.weights ? { draft: servedFrom(drafting.weights) } : {}),
            },
          }
        : {}),
    },
    backend,
    runtime,
    setup: {
      goal: flags.goal ?? "interactive",
      wishes,
      rig,
      closable: machine.closable,
      build,
      caller,
    },
    dryRun: (settings) => predictLlamaCpp({ ...fixed, tensors, settings, dryRun: true }),
  };
}

/** The usual file types that are smaller than the weights at hand, by their recipes. */
function smallerFiles(
  { geometry, tensors, facts }: Weights,
  requestOf: (tensors: Weights["tensors"]) => FitRequest,
): SmallerFile[] {
  const smaller = new Map<string, FitRequest>();
  const bytes = weightBytes(tensors);
  return usualFileTypes(geometry.architecture).flatMap((fileType): SmallerFile[] => {
    if (fileType === facts.quantization || usualBits(fileType) * facts.parameters >= 8 * bytes) return [];
    const request = (): FitRequest => {
      const known = smaller.get(fileType) ?? requestOf(byRecipe(geometry, tensors, fileType).tensors);
      smaller.set(fileType, known);
      return known;
    };
    return [{ fileType, instead: facts.quantization, request }];
  });
}

/** Where a server finds the weights; a file that is not here yet is called as such files are. */
function servedFrom({ path, served, facts }: Weights): WeightsPlace {
  if (served) return served;
  return { kind: "file", path: path ?? `${facts.name.replace(/[^\w.-]+/g, "-")}-${facts.quantization}.gguf` };
}
