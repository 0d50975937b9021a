import { LoadoutError } from "../../facts/errors/index.ts";
import { formatNumber, formatTokens } from "../../facts/units/index.ts";
import type { LlamaCppSettings } from "../../facts/runtime/index.ts";
import type { Pace } from "../../predict/speed/index.ts";
import { choose, contextsWanted, good, type Choice } from "../fit/index.ts";
import {
  aboveFloor,
  cellsUnder,
  largestAtPace,
  outlined,
  wantedSettings,
  type Outlined,
  type SearchModel,
  type SearchSetup,
} from "../search/index.ts";
import { READING_PACE } from "./at-hand.ts";
import { capability } from "./capability.ts";
import { hasRamBeside, heldTogether, roughSplitPace, split } from "./offloaded.ts";
import type { DeclaredFacts } from "./wanted.ts";

/** A model that may be run. */
export interface RankModel extends SearchModel, DeclaredFacts {
  readonly id: string;
  readonly name: string;
  /** models of one family and of nearly the same size stand for each other: the newest is shown */
  readonly family: string;
  readonly parameters: number;
  readonly activeParameters?: number;
}

/** A model as it would be run on the rig: exact. */
export interface RankedModel extends DeclaredFacts {
  readonly id: string;
  readonly name: string;
  readonly parameters: number;
  readonly activeParameters?: number;
  readonly fileType: string;
  /** of the weights, without a header */
  readonly fileBytes: number;
  readonly choice: Choice;
  /** fits in no other way: so many layers are left on the CPU, the output being one */
  readonly offloadedLayers?: number;
  /** of one user alone with an empty context; absent where a bandwidth is unknown */
  readonly decode?: Pace;
}

export interface Ranking {
  readonly rows: readonly RankedModel[];
  /** how it was ranked, in order of weight */
  readonly because: readonly string[];
  readonly counts: {
    readonly models: number;
    /** cannot be replayed: the engine's graph for them is not written down */
    readonly unknown: number;
    readonly fit: number;
    /** fit only in file types that are larger than what was asked for */
    readonly tooLarge: number;
  };
}

export interface RankOptions {
  /** smallest file type that is taken */
  readonly floor?: string;
  /** largest file that is taken, bytes */
  readonly mostFileBytes?: number;
  readonly rows?: number;
  /** of models that fit only with layers on the CPU, so many behind them */
  readonly offloaded?: number;
  /** outlines that somebody has made already, on the same setup */
  readonly outlineOf?: (model: RankModel) => Outlined;
}

const ROWS = 12;
const OFFLOADED = 3;
/** Candidates looked at whole for one row shown, at most: those too slow to read along are many on a processor. */
const LOOKED_AT = 3;
/** Shares by which two models of a family count as one size. */
const SAME_SIZE = 0.05;

/**
 * What can be run on a rig: all models are outlined, those that fit are ordered by capability, and of these the first are looked
 * at whole until enough are shown. Those that cannot keep up with reading come behind those that can.
 */
export function rankModels(models: readonly RankModel[], setup: SearchSetup, options: RankOptions = {}): Ranking {
  const {
    rows: wanted = ROWS,
    offloaded = OFFLOADED,
    floor,
    mostFileBytes = Infinity,
    outlineOf = (model: RankModel) => outlined(model, setup),
  } = options;
  let unknown = 0;
  let tooLarge = 0;
  const fitting: Fitting[] = [];
  const beyond: Beyond[] = [];
  const newest = models.reduce((last, { released }) => Math.max(last, dayOf(released)), 0);
  for (const model of models) {
    const age = newest - dayOf(model.released);
    const worth = capability(model.parameters, model.activeParameters, age);
    const found = fittingOf(model, placements(model, setup, outlineOf), floor, worth);
    if (found === "unknown") unknown += 1;
    else if (found) {
      const { on, settings, candidates } = found;
      const small = candidates.filter((fileType) => on.outline.fileBytes(settings, fileType) <= mostFileBytes);
      if (small.length > 0) fitting.push({ ...found, candidates: small });
      else tooLarge += 1;
    } else beyond.push({ model, worth });
  }
  const ordered = newestOfEach(fitting).toSorted((a, b) => b.worth - a.worth);
  const quick: RankedModel[] = [];
  const slow: RankedModel[] = [];
  for (const one of ordered.slice(0, wanted * LOOKED_AT)) {
    const row = exactly(one);
    if (!row) continue;
    if (keepsUp(setup, row.decode)) quick.push(row);
    else slow.push(row);
    if (quick.length === wanted) break;
  }
  const rows = [...quick, ...slow.toSorted(byPace)].slice(0, wanted);
  const most = Math.min(mostFileBytes, heldTogether(setup.rig));
  return {
    rows: offloaded > 0 ? [...rows, ...splitRows(beyond, setup, floor, most, outlineOf).take(offloaded)] : rows,
    because: reasons(setup, floor),
    counts: { models: models.length, unknown, tooLarge, fit: fitting.length },
  };
}

/** A date as milliseconds, without a clock: "2026-04-15". */
function dayOf(released: string): number {
  const [year = 0, month = 1, day = 1] = released.split("-").map(Number);
  return ((year * 12 + month - 1) * 30.4375 + day) * 24 * 3600 * 1000;
}

/** A model that does not fit with all on the devices, nor with its experts alone on the CPU. */
interface Beyond {
  readonly model: RankModel;
  readonly worth: number;
}

/** Nobody said what goes where, and there is RAM to leave layers in. */
function offloads({ wishes, rig }: SearchSetup): boolean {
  return hasRamBeside(rig) && wishes.gpuLayers === undefined && wishes.expertLayersOnHost === undefined;
}

/**
 * Models that fit only with layers on the CPU, in the smallest file type that is taken, since what is in RAM decides the pace:
 * those that keep up with reading by capability, then the others by pace.
 */
function* splitRows(
  beyond: readonly Beyond[],
  setup: SearchSetup,
  floor: string | undefined,
  mostBytes: number,
  outlineOf: (model: RankModel) => Outlined,
): Generator<RankedModel> {
  if (!offloads(setup)) return;
  const rough = newestOfEach(beyond).flatMap((one) => {
    const on = outlineOf(one.model);
    const fileType = aboveFloor(one.model.geometry.architecture, floor).at(-1);
    const contexts = contextsOf(setup, one.model.geometry.contextLength);
    const [context] = contexts;
    if (fileType === undefined || context === undefined) return [];
    const fileBytes = on.outline.fileBytes(wantedSettings(on, context), fileType);
    if (fileBytes > mostBytes) return [];
    const decode = roughSplitPace(on, fileType, fileBytes);
    return decode ? [{ ...one, on, fileType, contexts, decode, quick: keepsUp(setup, decode) }] : [];
  });
  rough.sort((a, b) => Number(b.quick) - Number(a.quick) || (a.quick ? b.worth - a.worth : byPace(a, b)));
  for (const { model, on, fileType, contexts } of rough) {
    const found = split(on, fileType, contexts);
    if (!found) continue;
    const { gpuLayers } = found.choice.settings;
    const every = model.geometry.layers.length + 1;
    const left = gpuLayers === "all" ? {} : { offloadedLayers: every - gpuLayers };
    yield { ...rankedOf(model, on, fileType, found), ...left };
  }
}

interface Fitting {
  readonly model: RankModel;
  readonly on: Outlined;
  readonly settings: LlamaCppSettings;
  /** file types that have room, largest first: never empty */
  readonly candidates: readonly string[];
  readonly worth: number;
}

/** The best of a model's file types and placements that fits, or why there is none. */
function fittingOf(
  model: RankModel,
  placed: Iterable<Outlined>,
  floor: string | undefined,
  worth: number,
): Fitting | "unknown" | undefined {
  const { geometry } = model;
  try {
    for (const on of placed) {
      for (const context of contextsOf(on.setup, geometry.contextLength)) {
        const settings = wantedSettings(on, context);
        const candidates = aboveFloor(geometry.architecture, floor).filter((type) => hasRoom(on, settings, type));
        const at = firstThatFits(on, settings, candidates);
        if (at >= 0) return { model, on, settings, candidates: candidates.slice(at), worth };
      }
    }
  } catch (error) {
    if (error instanceof LoadoutError && UNKNOWN.has(error.code)) return "unknown";
    throw error;
  }
  return undefined;
}

/** The first that fits with room to spare, else the first that fits; -1 where none does. */
function firstThatFits(on: Outlined, settings: LlamaCppSettings, candidates: readonly string[]): number {
  const alike = on.outline.alike(settings);
  // each by itself where each has a graph of its own: most are never asked about
  const together = candidates.every((fileType) => alike(fileType) === alike(candidates[0]!));
  const cells = together ? cellsUnder(on, settings, candidates) : [];
  let fitting = -1;
  for (const [at, fileType] of candidates.entries()) {
    const cell = together ? cells[at] : cellsUnder(on, settings, [fileType])[0];
    if (cell?.verdict === "fits") return at;
    if (fitting < 0 && cell !== undefined && good(cell.verdict)) fitting = at;
  }
  return fitting;
}

/** Whether the weights alone have room: what needs no graph is looked at first. */
function hasRoom({ outline, setup: { rig } }: Outlined, settings: LlamaCppSettings, fileType: string): boolean {
  for (const [place, terms] of outline.weights(settings)(fileType)) {
    const { ramBytes } = rig.host;
    const device = place === "host" ? undefined : rig.devices[place];
    const have = device ? Math.max(device.freeBytes ?? 0, device.totalBytes ?? 0) : ramBytes;
    if ((terms.weights ?? 0) + (terms.repacked ?? 0) > have) return false;
  }
  return true;
}

const UNKNOWN: ReadonlySet<string> = new Set(["architecture-unknown", "tensor-missing", "recipe-rows"]);

/** Everything on the devices; of a mixture of experts also with the experts on the CPU. */
function* placements(
  model: RankModel,
  setup: SearchSetup,
  outlineOf: (model: RankModel) => Outlined,
): Generator<Outlined> {
  yield outlineOf(model);
  const { rig, wishes } = setup;
  const decided = wishes.gpuLayers !== undefined || wishes.expertLayersOnHost !== undefined;
  const hasExperts = model.geometry.layers.some(({ feedForward }) => feedForward.kind === "experts");
  if (rig.devices.length === 0 || decided || !hasExperts) return;
  yield outlined(model, { ...setup, wishes: { ...wishes, gpuLayers: "all", expertLayersOnHost: "all" } });
}

/** The context that is wanted, and the least that serves the goal. */
function contextsOf({ goal, wishes }: SearchSetup, trained: number): readonly number[] {
  // what is not trained for so much is no answer to a question about it
  if ((wishes.context ?? wishes.room ?? 0) > trained) return [];
  const { wanted, least } = contextsWanted(goal, wishes, { contextLength: trained });
  return [...new Set([wanted, least])];
}

/** "qwen" of "qwen3.6": a family without its number. */
function makerOf({ family }: RankModel): string {
  return family.split(/[\d.-]/)[0]!;
}

function newestOfEach<One extends Beyond>(fitting: readonly One[]): One[] {
  const kept: One[] = [];
  for (const one of fitting.toSorted((a, b) => b.model.released.localeCompare(a.model.released))) {
    const size = capability(one.model.parameters, one.model.activeParameters);
    const stands = kept.some(
      ({ model }) =>
        makerOf(model) === makerOf(one.model) &&
        Math.abs(Math.log(capability(model.parameters, model.activeParameters) / size)) < SAME_SIZE,
    );
    if (!stands) kept.push(one);
  }
  return kept;
}

/** The largest file type that keeps up with reading, else the largest. */
function exactly({ model, on, settings, candidates }: Fitting): RankedModel | undefined {
  const { at, decode } = largestAtPace(on, settings, candidates);
  const fileType = candidates[at]!;
  const choice = choose(on.exact(fileType));
  return good(choice.now.verdict)
    ? rankedOf(model, on, fileType, { choice, ...(decode ? { decode } : {}) })
    : undefined;
}

function rankedOf(
  model: RankModel,
  on: Outlined,
  fileType: string,
  found: Pick<RankedModel, "choice" | "decode">,
): RankedModel {
  const { id, name, released, parameters, activeParameters, modality, license, licenseUse, tools } = model;
  return {
    id,
    name,
    released,
    ...(modality === undefined ? {} : { modality }),
    ...(license === undefined ? {} : { license }),
    ...(licenseUse === undefined ? {} : { licenseUse }),
    ...(tools === undefined ? {} : { tools }),
    parameters,
    ...(activeParameters === undefined ? {} : { activeParameters }),
    fileType,
    fileBytes: on.outline.fileBytes(found.choice.settings, fileType),
    ...found,
  };
}

/** Only a person waits for tokens; what is not known is not held against a model. */
function keepsUp({ goal }: SearchSetup, decode: Pace | undefined): boolean {
  return goal === "batch" || goal === "finetune" || decode === undefined || decode.low >= READING_PACE;
}

function byPace(a: Pick<RankedModel, "decode">, b: Pick<RankedModel, "decode">): number {
  return (b.decode?.tokensPerSec ?? 0) - (a.decode?.tokensPerSec ?? 0);
}

function reasons(setup: SearchSetup, floor: string | undefined): string[] {
  const { goal, wishes, rig } = setup;
  const { wanted: most, least } = contextsWanted(goal, wishes, { contextLength: Infinity });
  const wanted = `${formatTokens(most)} of context${least === most ? "" : `, at least ${formatTokens(least)}`}`;
  const free = wishes.gpuLayers === undefined && wishes.expertLayersOnHost === undefined;
  const devices = free ? "on the devices, experts on the CPU where the whole does not fit" : "on the devices";
  const where = rig.devices.length === 0 ? "in RAM" : devices;
  const pace =
    goal === "batch" || goal === "finetune"
      ? []
      : [`slower than reading (${formatNumber(READING_PACE)} tok/s at the slow end of the band) comes last`];
  return [
    `fits ${where}, with ${wanted}`,
    `file type the largest usual one that fits, not below ${floor ?? "four bits"}`,
    ...pace,
    "capability, by a rule of thumb: parameters (of mixtures the mean of all and active), halved for a year of age",
    "of one family and size the newest",
    ...(offloads(setup) ? ["last, with offload: layers on the CPU, where nothing else makes it fit"] : []),
  ];
}
