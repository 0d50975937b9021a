import {
  CACHE_FINDINGS,
  QUALITY_WARNINGS,
  studiesOf,
  type CacheFinding,
  type QualityStudy,
  type QualityWarning,
} from "../../../facts/quality/index.ts";
import { ggufRows } from "./gguf-rows.ts";
import type { QuantQuestion } from "./question.ts";
import { recommend, type QuantChoice } from "./recommend.ts";
import type { QuantNotHere, QuantRow } from "./row.ts";
import { serverRows } from "./server-rows.ts";

/** Every scheme of a model on a rig, and which to take. */
export interface QuantAdvice {
  /** schemes that a program has kernels for here: GGUF's file types, then the others, largest first */
  readonly rows: readonly QuantRow[];
  /** schemes that exist and are not offered here, with the reason */
  readonly notHere: readonly QuantNotHere[];
  readonly choices: readonly QuantChoice[];
  /** the studies whose figures the rows give */
  readonly studies: readonly QualityStudy[];
  readonly warnings: readonly QualityWarning[];
  /** what a KV cache in fewer bits loses, of other models */
  readonly caches: readonly CacheFinding[];
  readonly unknown: readonly string[];
}

export function adviseQuants(question: QuantQuestion): QuantAdvice {
  const studies = studiesOf(question.catalog);
  const gguf = ggufRows(question, studies);
  const server = serverRows(question, studies);
  const rows = [...gguf.rows, ...server.rows];
  const used = new Set(rows.flatMap(({ quality }) => (quality.study === undefined ? [] : [quality.study])));
  return {
    rows,
    notHere: [...gguf.notHere, ...server.notHere],
    choices: recommend(question, rows),
    studies: [...studies.own, ...studies.family].filter(({ id }) => used.has(id)),
    warnings: QUALITY_WARNINGS.filter(({ id }) => rows.some(({ warnings }) => warnings.includes(id))),
    caches: CACHE_FINDINGS,
    unknown: unknowns(question, rows),
  };
}

function unknowns({ catalog, outlined, rig }: QuantQuestion, rows: readonly QuantRow[]): string[] {
  const known = new Set(rows.map(({ quality }) => quality.of));
  const list: string[] = [];
  if (catalog === undefined) list.push("which model of the catalog this is, so that no published quality is looked up");
  else if (!known.has("this model") && !known.has("its family"))
    list.push("what any quantization of this model or its family loses: no measurement is in the table");
  else if (known.has("its family"))
    list.push("what this model itself loses where a figure is marked: that is another model's of its family");
  if (rows.some(({ kind }) => kind !== "gguf"))
    list.push(
      "speed, caches and working memory of vLLM, SGLang, TGI, MLX and ExLlama: their weights alone are computed",
    );
  for (const { name, vendor, backend, architecture } of rig.devices) {
    if (vendor === "generic")
      list.push(`which kernels ${name} has: those of NVIDIA cards since 8.0 (Ampere) are shown`);
    else if (architecture === undefined && (backend === "cuda" || backend === "rocm"))
      list.push(`the instruction set of ${name}, which decides its kernels: none is claimed`);
  }
  if (outlined === undefined)
    list.push("memory and speed: the engine's graph of this architecture is not written down");
  list.push(
    "mixes of single uploaders (UD-..., ..._L), which follow no rule: read their header with `loadout fit FILE`",
  );
  return list;
}
