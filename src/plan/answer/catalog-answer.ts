import { LoadoutError } from "../../facts/errors/index.ts";
import {
  type CatalogModel,
  type Geometry,
  keptElements,
  tensorList,
  type ToolsFacts,
} from "../../facts/model/index.ts";
import { quantized, usualFileType, weightBytes } from "../../facts/recipe/index.ts";
import type { ANSWER_VERSION } from "./fit-numbers.ts";

/** What the catalog says to the words a person typed. */
export interface CatalogAnswer {
  readonly schema: typeof ANSWER_VERSION;
  readonly kind: "catalog";
  readonly query: string;
  /** one: it was meant; several: they are called so */
  readonly models: readonly ModelDetail[];
}

/** A model of the catalog, with what follows from its dimensions. */
export interface ModelDetail {
  /** the repository it is published in; another of the same dimensions where that was named */
  readonly id: string;
  readonly name: string;
  readonly released: string;
  readonly license?: string;
  readonly gated?: boolean;
  readonly takes: string;
  /** whether it takes tools, and who says so; absent where it is not known */
  readonly tools?: ToolsFacts;
  readonly architecture?: string;
  readonly layers: number;
  readonly width: number;
  readonly experts?: { readonly count: number; readonly used: number };
  /** tokens */
  readonly context: number;
  readonly parameters: {
    /** of the language model, from its dimensions */
    readonly counted: number;
    readonly active: number;
    /** beside the language model: encoders, and blocks that predict further tokens */
    readonly vision?: number;
    readonly audio?: number;
    readonly mtp?: number;
    /** what the publisher says, and the total of its files, each with some or all of the above */
    readonly stated?: number;
    readonly listed?: number;
  };
  /** absent where its geometry is not known */
  readonly kept?: {
    /** with F16 caches; of every token, and besides of each of the last `windowTokens` */
    readonly bytesPerToken: number;
    readonly bytesPerWindowToken: number;
    readonly windowTokens: number;
    /** of a conversation, F32 */
    readonly stateBytes: number;
  };
  /** by file type; without a header */
  readonly sizes: readonly { readonly fileType: string; readonly bytes: number; readonly publishedBytes?: number }[];
  /** repositories of the same dimensions */
  readonly alike: readonly string[];
  readonly ollama?: string;
  /** why it cannot be predicted */
  readonly unpredictable?: string;
  readonly sources: readonly string[];
}

/** File types shown of every model. */
const COMMON = ["Q2_K", "Q3_K_M", "IQ4_XS", "Q4_K_M", "Q5_K_M", "Q6_K", "Q8_0", "BF16"];

export interface DetailOptions {
  /** the model meant, of those that share the row */
  readonly id: string;
  readonly context: number;
  readonly geometry: Geometry | undefined;
  /** why there is none */
  readonly without: string | undefined;
  readonly tools: ToolsFacts | undefined;
  readonly sources: readonly string[];
  /** sizes of these types alone */
  readonly fileTypes?: readonly string[];
}

export function modelDetail(row: CatalogModel, options: DetailOptions): ModelDetail {
  const { id, context, geometry, without, sources, tools } = options;
  const { text, active = text, ...others } = row.parameters;
  const tensors = geometry && tensorList(geometry);
  const unpredictable = without ?? (tensors ? undefined : `the tensors of "${row.architecture}" are not written down`);
  const kept = geometry && keptElements(geometry);
  const alike = [row.id, ...(row.aliases ?? [])].filter((other) => other !== id);
  const ollama = row.ollama ?? row.ollamaGuess;
  return {
    id,
    name: id === row.id ? row.name : id.slice(id.indexOf("/") + 1),
    released: row.released,
    ...(row.license !== undefined && { license: row.license }),
    ...(row.gated !== undefined && { gated: row.gated }),
    takes: row.modality ?? "text",
    ...(tools && { tools }),
    ...(row.architecture !== undefined && { architecture: row.architecture }),
    layers: row.layers,
    width: row.width,
    ...(row.experts && { experts: { count: row.experts.count, used: row.experts.used } }),
    context,
    parameters: {
      counted: tensors ? elements(tensors) : text,
      active,
      ...defined({ vision: others.vision, audio: others.audio, mtp: others.mtp }),
      ...defined({ stated: others.stated, listed: others.listed }),
    },
    ...(kept && {
      kept: {
        bytesPerToken: 2 * kept.perToken,
        bytesPerWindowToken: 2 * kept.perWindowToken,
        windowTokens: kept.window,
        stateBytes: 4 * kept.state,
      },
    }),
    sizes: geometry && tensors ? sizesOf(row, geometry, tensors, options.fileTypes) : [],
    alike,
    ...(ollama !== undefined && { ollama }),
    ...(unpredictable !== undefined && { unpredictable }),
    sources,
  };
}

function elements(tensors: readonly { readonly shape: readonly number[] }[]): number {
  return tensors.reduce((sum, { shape }) => sum + shape.reduce((product, length) => product * length, 1), 0);
}

function defined<Key extends string>(values: Record<Key, number | undefined>): Partial<Record<Key, number>> {
  const kept: Partial<Record<Key, number>> = {};
  for (const key in values) if (values[key] !== undefined) kept[key] = values[key];
  return kept;
}

function sizesOf(
  { files = {} }: CatalogModel,
  geometry: Geometry,
  tensors: NonNullable<ReturnType<typeof tensorList>>,
  wanted: readonly string[] | undefined,
): ModelDetail["sizes"] {
  const usual = usualFileType(geometry.architecture);
  const names = new Set(wanted ?? [...COMMON, usual, ...Object.keys(files)]);
  const sizes = [...names].flatMap((fileType) => {
    const bytes = sizeOf(geometry, tensors, fileType);
    if (bytes === undefined) return [];
    const published = files[fileType];
    return [{ fileType, bytes, ...(published !== undefined && { publishedBytes: Math.round(published * 1e9) }) }];
  });
  return sizes.sort((a, b) => a.bytes - b.bytes);
}

/** `undefined` where the file type has no recipe for these dimensions. */
function sizeOf(geometry: Geometry, tensors: NonNullable<ReturnType<typeof tensorList>>, fileType: string) {
  try {
    return weightBytes(quantized(geometry, tensors, fileType));
  } catch (error) {
    if (error instanceof LoadoutError && (error.code === "recipe-rows" || error.code === "recipe-unknown"))
      return undefined;
    throw error;
  }
}
