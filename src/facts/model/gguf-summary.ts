import { FILE_TYPES, type GgufFile, GUESSED, type Tensor } from "../weights/index.ts";
import { parameterCount } from "./parameter-count.ts";

/** What people want to know of a file before anything is computed. */
export interface GgufSummary {
  /** as its maker named it, else absent */
  readonly name?: string;
  readonly architecture?: string;
  /** name of the mix ("Q4_K_M"), or the type most weights are stored as */
  readonly quantization: string;
  readonly parameters: number;
  /** stored bytes of all tensors */
  readonly tensorBytes: number;
  /** all tensors' bits over all weights */
  readonly bitsPerWeight: number;
  /** all files together */
  readonly fileBytes: number;
  readonly contextLength?: number;
  readonly hasChatTemplate: boolean;
  readonly license?: string;
}

export function summaryOf(file: GgufFile): GgufSummary {
  const { metadata, tensors } = file;
  const name = printable(metadata.text("general.name"));
  const architecture = metadata.text("general.architecture");
  const license = metadata.text("general.license");
  const contextLength = architecture === undefined ? undefined : metadata.count(`${architecture}.context_length`);
  const parameters = parameterCount(tensors);
  const tensorBytes = tensors.reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    ...(name !== undefined && { name }),
    ...(architecture !== undefined && { architecture }),
    quantization: quantizationOf(file),
    parameters,
    tensorBytes,
    bitsPerWeight: parameters === 0 ? 0 : (tensorBytes * 8) / parameters,
    fileBytes: file.files.reduce((sum, { bytes }) => sum + bytes, 0),
    ...(contextLength !== undefined && { contextLength }),
    hasChatTemplate: metadata.has("tokenizer.chat_template"),
    ...(license !== undefined && { license }),
  };
}

/** A file's maker may have put anything into it: what terminals obey, and more than a line, is not shown. */
function printable(text: string | undefined): string | undefined {
  const line = text?.replace(/[\p{Cc}\p{Bidi_Control}\s]+/gu, " ").trim();
  if (!line) return undefined;
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}

function quantizationOf({ metadata, tensors }: GgufFile): string {
  const fileType = metadata.count("general.file_type");
  return FILE_TYPES.get((fileType ?? -1) % GUESSED) ?? mostOf(tensors);
}

/** The type that holds most weights. */
function mostOf(tensors: readonly Tensor[]): string {
  const counts = new Map<string, number>();
  for (const tensor of tensors) counts.set(tensor.type, (counts.get(tensor.type) ?? 0) + parameterCount([tensor]));
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  return most?.[0] ?? "none";
}
