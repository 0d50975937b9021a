import { basename } from "node:path";
import { looksLikeAddress } from "../../../run/client/index.ts";
import type { WeightsHere } from "../../../plan/ask/model/index.ts";

/** What clients call a model. */
export interface ClientNames {
  /** the first that no other model has is listed, all are answered to */
  readonly preferred: readonly string[];
  readonly others: readonly string[];
}

/** "-Q4_K_M", ".q8_0", "-UD-IQ2_XXS", "-BF16", "-MXFP4_MOE" at the end of a file's name */
const QUANTIZATION = /[-._](?:UD[-_])?(?:I?Q\d[\w]*|B?F16|F32|MXFP4\w*|NVFP4|TQ\d_\d)$/i;
const SHARD = /-\d{5}-of-\d{5}$/;

/**
 * Short names, as people type them: what was typed for the model where that is no path; else the file's name, without its
 * quantization as long as that tells models apart.
 */
export function clientNames({ path, argument, facts }: WeightsHere, typed: string | undefined): ClientNames {
  const file = basename(path);
  const isFile = /\.gguf$/i.test(file);
  const spoken = [typed, isFile ? undefined : argument].find(
    (word) => word !== undefined && word !== "" && !isPath(word),
  );
  const fromHeader = slug(facts.name);
  const preferred = [
    ...(spoken === undefined ? [] : [spoken.replace(/^hf:(?:\/\/)?/i, "")]),
    ...(isFile ? fileNames(file) : []),
    fromHeader,
    `${fromHeader}-${facts.quantization.toLowerCase()}`,
  ].filter((name) => name !== "");
  const others = [...(typed === undefined ? [] : [typed]), ...(isFile ? [file] : [])];
  return { preferred, others: [...others, ...[...preferred, ...others].map((name) => name.toLowerCase())] };
}

/** A file's names for clients: without its quantization, and whole. */
export function fileNames(path: string): readonly string[] {
  const base = basename(path)
    .replace(/\.gguf$/i, "")
    .replace(SHARD, "");
  return [base.replace(QUANTIZATION, ""), base];
}

function isPath(word: string): boolean {
  return /\.(?:gguf|json)$/i.test(word) || /^[./~\\]|^[a-z]:[\\/]/i.test(word) || looksLikeAddress(word);
}

/** Short, without spaces, as people name models. */
function slug(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll(/[^\w.:-]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
}
