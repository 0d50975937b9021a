import type { CatalogModel } from "../../src/facts/model/catalog/index.ts";
import { modelCatalog, tensorList, type Geometry } from "../../src/facts/model/index.ts";
import { llamaCppArchitectures } from "../../src/predict/memory/index.ts";
import { Random } from "../exactness/random.ts";
import { cutGeometry, headerDraft, writeSparse } from "../headers/index.ts";

/** A model of the sweep: one of the catalog, whole or with fewer layers and experts, its tensors by a file type's recipe. */
export interface SweepModel {
  readonly id: string;
  /** with the blocks that predict further tokens */
  readonly mtp: boolean;
  readonly layers?: number;
  readonly experts?: number;
  readonly fileType: string;
  /** with the tensor of rotary frequencies, where the architecture can do without it */
  readonly frequencies: boolean;
}

/** Questions asked of one model before the next is drawn. */
export const QUESTIONS_PER_MODEL = 12;

const FILE_TYPES = [
  "Q4_K_M",
  "Q4_K_M",
  "Q8_0",
  "Q5_K_M",
  "Q6_K",
  "Q4_0",
  "F16",
  "BF16",
  "IQ4_XS",
  "Q3_K_S",
  "Q2_K",
  "IQ4_NL",
];

/** Architectures the sweep can ask about: those whose graph is known and of which the catalog has a model with tensors. */
export async function sweepArchitectures(): Promise<string[]> {
  const known = new Set(llamaCppArchitectures());
  const { MODELS, EMBEDDERS } = await modelCatalog();
  const names = new Set<string>();
  for (const { architecture, id } of [...MODELS, ...EMBEDDERS]) {
    if (architecture === undefined || !known.has(architecture) || names.has(architecture)) continue;
    if ((await wholeGeometry(id, false)) !== undefined) names.add(architecture);
  }
  return [...names].sort();
}

/** Embedders of a decoder's architecture are left out: they are its other models, and what was drawn before stays. */
function isEncoder(architecture: string): boolean {
  return !["qwen3"].includes(architecture);
}

/** `count` models of an architecture, drawn by a seed. */
export async function drawModels(architecture: string, seed: number, count: number): Promise<SweepModel[]> {
  const random = new Random(seed);
  const { MODELS, EMBEDDERS } = await modelCatalog();
  const rows: CatalogModel[] = [];
  for (const row of [...MODELS, ...(isEncoder(architecture) ? EMBEDDERS : [])]) {
    if (row.architecture === architecture && (await wholeGeometry(row.id, false)) !== undefined) rows.push(row);
  }
  const models: SweepModel[] = [];
  for (let index = 0; index < count; index++) {
    const row = random.pick(rows);
    const layers = random.pick([undefined, 4, 8, 9, 13, 24]);
    const experts = random.pick([undefined, undefined, 8, 32]);
    const mtp = random.next() < 0.3 && row.mtpLayers !== undefined && (await wholeGeometry(row.id, true)) !== undefined;
    models.push({
      id: row.id,
      mtp,
      ...(layers === undefined ? {} : { layers }),
      ...(experts === undefined || row.experts === undefined ? {} : { experts }),
      fileType: random.pick(FILE_TYPES),
      frequencies: random.next() < 0.5,
    });
  }
  return models;
}

/** Writes the model's header, its weights a hole. */
export async function writeModel(path: string, { id, mtp, fileType, frequencies, ...cut }: SweepModel): Promise<void> {
  const geometry = await wholeGeometry(id, mtp);
  if (geometry === undefined) throw new RangeError(`the catalog has no tensors for ${id}`);
  const { layers, ...rest } = cut;
  const kept = layers === undefined || !canLoseLayers(geometry) ? {} : { layers: Math.max(layers, fewest(geometry)) };
  writeSparse(path, headerDraft(cutGeometry(geometry, { ...rest, ...kept }), { fileType, frequencies }));
}

/** A model of experts keeps a layer of them, one of latent or lightning attention a layer of other attention. */
function fewest({ layers }: Geometry): number {
  const experts = layers.findIndex(({ feedForward }) => feedForward.kind === "experts");
  const attention = layers.findIndex(({ mixer }) => mixer.kind === "attention");
  const lightning = layers.some(({ mixer }) => mixer.kind === "recurrent" && mixer.family === "lightning");
  return Math.max(
    experts + 2,
    1 + layers.findIndex(({ mixer }) => mixer.kind === "mla"),
    lightning ? attention + 1 : 0,
  );
}

/** The engine knows the small models of this architecture, whose queries are not compressed, by their number of layers. */
function canLoseLayers({ architecture, layers }: Geometry): boolean {
  // the engine counts the layers that own a cache by itself
  if (architecture === "gemma3n") return false;
  return (
    architecture !== "deepseek2" || layers.some(({ mixer }) => mixer.kind === "mla" && mixer.queryLatentLength > 0)
  );
}

async function wholeGeometry(id: string, mtp: boolean): Promise<Geometry | undefined> {
  const { MODELS, EMBEDDERS, geometryFromRow } = await modelCatalog();
  const row = [...MODELS, ...EMBEDDERS].find((each) => each.id === id);
  const geometry = row === undefined ? undefined : geometryFromRow(row, { mtp });
  return geometry === undefined || tensorList(geometry) === undefined ? undefined : geometry;
}
