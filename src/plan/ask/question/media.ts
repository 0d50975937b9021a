import { LoadoutError } from "../../../facts/errors/index.ts";
import type { Device } from "../../../facts/hardware/index.ts";
import {
  AUDIO_ROWS,
  catalogProjector,
  modelCatalog,
  type CatalogModel,
  type Projector,
  type Tower,
  VISION_ROWS,
} from "../../../facts/model/index.ts";
import type { LlamaCppBuild, LlamaCppSettings } from "../../../facts/runtime/index.ts";
import {
  type AudioTokens,
  audioTokens,
  besideModel,
  type ImageTokens,
  imageTokens,
  mostAudioTokens,
  mostImageTokens,
  projectorLines,
  projectorPlace,
  tensorsOf,
} from "../../../predict/memory/index.ts";
import { type EncodeTime, encodeTime, type PaceInput } from "../../../predict/speed/index.ts";
import type { Media, MediaFacts } from "../../fit/index.ts";
import type { MediaFlags } from "../flags/index.ts";
import type { Weights } from "../model/index.ts";

/** A projector, and where its dimensions are from. */
export interface FoundProjector {
  readonly projector: Projector;
  /** of its file; absent for a catalogued one */
  readonly path?: string;
  readonly source: string;
}

const NOT_COUNTED =
  "of its projector no buffer is counted, and weights only where their number is known: --mmproj FILE says what it takes";

const SIZE = { width: 1024, height: 1024 } as const;
/** what a server computes in one step unless told */
const MICRO_BATCH = 512;

/** What requests bring, with the projector that reads it: the file that was named or lies beside the model, else a catalogued one. */
export async function mediaOf(parts: {
  readonly flags: MediaFlags & { readonly microBatch?: number };
  readonly weights: Weights;
  readonly devices: readonly Device[];
  readonly build: LlamaCppBuild;
  readonly found: FoundProjector | undefined;
}): Promise<Media> {
  const { flags, weights, devices, build } = parts;
  const row = await rowOf(weights);
  const found = parts.found ?? catalogued(row);
  const images = flags.images ?? (flags.imageSize === undefined ? 0 : 1);
  const size = flags.imageSize ?? SIZE;
  const { audio: seconds } = flags;
  refuseWhatIsNotTaken(weights, row, found?.projector, { images: images > 0, sound: seconds !== undefined });
  const projector = found?.projector ?? {
    name: "not known",
    tensors: [],
    sizesFrom: "formula" as const,
  };
  const { vision, audio } = projector;
  const microBatch = flags.microBatch ?? MICRO_BATCH;
  const image = images === 0 ? undefined : imageCount(vision, size, microBatch);
  const sound = seconds === undefined ? undefined : soundCount(audio, seconds);
  const tokens = images * (image ? image.embeddings + image.marks : 0) + (sound ? sound.embeddings + sound.marks : 0);
  const weightBytes = 2 * ((row?.parameters.vision ?? 0) + (row?.parameters.audio ?? 0));
  const pieces = Array.from({ length: images }, () => image?.read ?? []).flat();
  const question = { pieces, projector, onHost: flags.noMmprojOffload === true, build, devices, weightBytes };
  const kinds = [vision, audio].flatMap((tower) => tower?.type ?? []);
  const bound = (image?.bound ?? sound?.bound) !== undefined;
  const facts = (settings: LlamaCppSettings): MediaFacts => ({
    tokens,
    ...(bound && { bound: true as const }),
    ...(image && { images: { count: images, ...size, ...counted(image) } }),
    ...(sound && seconds !== undefined && { audio: { seconds, ...counted(sound) } }),
    projector: {
      name: projector.name,
      kinds: [...new Set([...kinds, ...(projector.unknown ?? [])])],
      ...familyOf(vision, audio),
      source: found?.source ?? "nothing: neither a file nor the catalog",
      place: projectorPlace(question, settings),
    },
    because: [image?.because, sound?.because, found ? undefined : NOT_COUNTED].flatMap((text) => text ?? []),
  });
  const encode = (input: PaceInput, settings: LlamaCppSettings): EncodeTime | undefined => {
    const place = projectorPlace(question, settings);
    const encodings: EncodeTime[] = [];
    const read = [
      { tower: vision, each: pieces },
      { tower: audio, each: sound?.read ?? [] },
    ];
    for (const { tower, each } of read) {
      if (each.length === 0) continue;
      const time = tower && encodeTime(input, tower, tensorsOf(projector, tower.modality), each, place);
      if (time === undefined) return undefined;
      encodings.push(time);
    }
    return encodings.length === 0 ? undefined : encodings.reduce(together);
  };
  const known = new Map<string, ReturnType<typeof projectorLines>>();
  const lines = (settings: LlamaCppSettings) => {
    // all else that settings say is the model's
    const key = `${projectorPlace(question, settings)} ${settings.microBatch}`;
    const made = known.get(key) ?? projectorLines(question, settings);
    known.set(key, made);
    return made;
  };
  return {
    tokens,
    // of a projector that nobody knows no memory is claimed; what is assumed says so
    beside: (prediction, settings) =>
      found === undefined && weightBytes === 0 ? prediction : besideModel(prediction, lines(settings)),
    encode,
    facts,
    args: [...projectorArguments(found, weights), flags.noMmprojOffload === true ? ["--no-mmproj-offload"] : []],
  };
}

/** A server that fetches its weights from the hub fetches the projector with them; a file that is not here yet is called as such files are. */
function projectorArguments(found: FoundProjector | undefined, { served, facts }: Weights): string[][] {
  if (found?.path !== undefined) return [["--mmproj", found.path]];
  if (found === undefined || served?.kind === "hub") return [];
  return [["--mmproj", `mmproj-${facts.name.replace(/[^\w.-]+/g, "-")}-F16.gguf`]];
}

function together(a: EncodeTime, b: EncodeTime): EncodeTime {
  return {
    ms: a.ms + b.ms,
    low: a.low + b.low,
    high: a.high + b.high,
    formula: `${a.formula} + ${b.formula}`,
    lowFormula: `${a.lowFormula} + ${b.lowFormula}`,
    highFormula: `${a.highFormula} + ${b.highFormula}`,
  };
}

async function rowOf({ facts, argument }: Weights): Promise<CatalogModel | undefined> {
  const { findModel } = await modelCatalog();
  for (const typed of [argument, facts.name]) {
    const match = findModel(typed);
    if (match.kind === "found") return match.row;
  }
  return undefined;
}

function catalogued(row: CatalogModel | undefined): FoundProjector | undefined {
  const projector = row && catalogProjector(row);
  return projector && { projector, source: `the catalog's row ${row.id}, ${projector.source}` };
}

function refuseWhatIsNotTaken(
  { facts }: Weights,
  row: CatalogModel | undefined,
  projector: Projector | undefined,
  brings: { readonly images: boolean; readonly sound: boolean },
): void {
  const { name } = facts;
  const unread = projector?.unknown !== undefined;
  const text = row !== undefined && row.modality === undefined && projector === undefined;
  const has = (what: "image" | "audio") => row?.modality?.includes(what) ?? false;
  if (brings.images && (text || (projector && !projector.vision && !unread))) throw notTaken(name, "images");
  if (!brings.sound) return;
  const silent = projector
    ? !projector.audio && !unread && (!has("audio") || projector.vision?.type === SILENT)
    : row !== undefined && !has("audio");
  if (silent) throw notTaken(name, "sound");
}

/** Sound of Gemma 3n is in its files, and the engine does not read it (clip.cpp:4021). */
const SILENT = "gemma3nv";

function notTaken(name: string, what: string): LoadoutError {
  const advice = "Name the projector that goes with it, if there is one: --mmproj FILE.";
  return new LoadoutError("media-not-taken", { name, what, advice });
}

type Count<Tokens> = Tokens & { readonly because: string; readonly bound?: true };

function imageCount(
  tower: Tower | undefined,
  size: { readonly width: number; readonly height: number },
  microBatch: number,
): Count<ImageTokens> {
  if (tower === undefined) {
    const { tokens, family } = mostImageTokens(size);
    const because = `tokens of an image are not known for it: at most ${tokens}, as ${family} would take, the most of all kinds known`;
    return { embeddings: tokens, marks: 0, read: [], because, bound: true };
  }
  const found = imageTokens(tower, size, microBatch);
  const { family, lines } = VISION_ROWS[tower.type]!;
  const pieces = found.read.map(({ width, height }) => `${width}x${height}`);
  const read = [...new Set(pieces)].map((piece) => times(pieces.filter((each) => each === piece).length, piece));
  const merged = tower.merge > 1 ? `, ${tower.merge} x ${tower.merge} of them a token` : "";
  return {
    ...found,
    because: `${family} reads ${read.join(" and ")} in patches of ${tower.patchSize}${merged} (tools/mtmd ${lines})`,
  };
}

function times(count: number, what: string): string {
  return count === 1 ? what : `${count} times ${what}`;
}

function soundCount(tower: Tower | undefined, seconds: number): Count<AudioTokens> {
  if (tower === undefined) {
    const { tokens, family } = mostAudioTokens(seconds);
    const because = `tokens of sound are not known for it: at most ${tokens}, as ${family} would take, the most of all kinds known`;
    return { embeddings: tokens, marks: 0, read: [], because, bound: true };
  }
  const found = audioTokens(tower, seconds);
  const { family, lines } = AUDIO_ROWS[tower.type]!;
  const frames = found.read.reduce((sum, piece) => sum + piece, 0);
  return {
    ...found,
    because: `${family} reads ${times(found.read.length, "a piece")} of sound, ${frames} frames in all (tools/mtmd ${lines})`,
  };
}

function counted({ embeddings, marks, read }: ImageTokens | AudioTokens) {
  return { embeddings, marks, pieces: read.length };
}

function familyOf(vision: Tower | undefined, audio: Tower | undefined): { readonly family?: string } {
  const family = vision ? VISION_ROWS[vision.type]?.family : audio && AUDIO_ROWS[audio.type]?.family;
  return family === undefined ? {} : { family };
}
