/** Which program's folder a file was found in. */
export type Origin = "loadout" | "folder" | "huggingface" | "llama.cpp" | "lm-studio" | "ollama";

/** Weights at hand: one model with all the files of its split set, or one projector. */
export interface LocalWeights {
  /** what a person may type: `owner/name:file`, `name:tag`, or a file name without its ending */
  readonly name: string;
  /** the file an engine is given: the first of a split set */
  readonly path: string;
  /** every file of the set, in order */
  readonly files: readonly string[];
  /** bytes of all files together */
  readonly bytes: number;
  readonly origin: Origin;
  readonly role: "model" | "projector";
  /** a projector file that lies beside this model */
  readonly projector?: string;
  /** why it cannot be loaded as it is: parts missing, download not finished, not a GGUF file */
  readonly incomplete?: string;
}

/** One file as a layout reader found it, before split sets are put together. */
export interface FoundFile {
  /** name of the model it belongs to, without the file's own name */
  readonly owner?: string;
  /** file name that tells its part number and role */
  readonly file: string;
  readonly path: string;
  /** where the bytes really lie, after links: the same bytes are listed once */
  readonly realPath: string;
  readonly bytes: number;
  readonly origin: Origin;
  readonly role?: "model" | "projector";
  readonly incomplete?: string;
}
