import type { StudiesOf } from "../../../facts/quality/index.ts";
import { keptElements } from "../../../facts/model/index.ts";
import {
  PUBLISHED_CHECKPOINTS,
  SERVER_SCHEMES,
  serverWeights,
  type ServerScheme,
} from "../../../facts/recipe/index.ts";
import { chipsOf } from "../../../facts/runtime/index.ts";
import { roomOf } from "./room.ts";
import { qualityOf } from "./quality-of.ts";
import type { QuantQuestion } from "./question.ts";
import type { QuantMemory, QuantNotHere, QuantRow } from "./row.ts";
import { runtimesFor } from "./runtimes.ts";
import { warningsFor } from "./warnings.ts";

/** Published with packed experts: what servers load is that, and nothing wider holds more. */
const PUBLISHED_PACKED: Readonly<Record<string, string>> = { "gpt-oss": "mxfp4" };

/** Every other scheme, largest first: sizes by the definition of the format. */
export function serverRows(question: QuantQuestion, studies: StudiesOf): { rows: QuantRow[]; notHere: QuantNotHere[] } {
  const { model, rig, catalog } = question;
  const chips = chipsOf(rig);
  const have = roomOf(rig);
  const { perToken } = keptElements(model.geometry);
  const rows: QuantRow[] = [];
  const notHere: QuantNotHere[] = [];
  for (const scheme of SERVER_SCHEMES) {
    const { id, title, madeWith } = scheme;
    const kind = kindOf(scheme);
    const absent = whyAbsent(question, scheme);
    const runtimes = absent === undefined ? runtimesFor(kind, [id], chips, model.geometry) : [];
    if (runtimes.length === 0) {
      notHere.push({ scheme: id, title, why: absent ?? "no kernel is known on every chip here" });
      continue;
    }
    const { bytes, bitsPerWeight, left, packedBytes, packedWeights } = serverWeights(model.shapes, scheme);
    const published = PUBLISHED_CHECKPOINTS.find((one) => one.model === catalog?.id && one.scheme === id);
    const leftBytes = have - bytes;
    rows.push({
      scheme: id,
      title,
      kind,
      usual: USUAL.includes(id),
      bytes,
      bitsPerWeight,
      left,
      madeWith,
      ...(published ? { published } : {}),
      runtimes,
      memory: weightsAlone(leftBytes, perToken),
      paceUnknown: "not predicted yet for this program",
      quality: qualityOf(id, studies),
      // what is left in 16 bit does not make up for what is packed
      warnings: packedWeights === 0 ? [] : warningsFor((8 * packedBytes) / packedWeights),
    });
  }
  return { rows: rows.toSorted((a, b) => b.bytes - a.bytes), notHere };
}

/** Bytes of an element of a cache in 16 bit. */
const HALF = 2;

function weightsAlone(leftBytes: number, perToken: number): QuantMemory {
  if (leftBytes <= 0) return { kind: "weights alone", verdict: "weights do not fit", leftBytes };
  const tokens = perToken > 0 ? { mostCacheTokens: Math.floor(leftBytes / (HALF * perToken)) } : {};
  return { kind: "weights alone", verdict: "weights fit", leftBytes, ...tokens };
}

const USUAL: readonly string[] = ["bf16", "fp8", "awq", "w4a16", "nvfp4", "mxfp4", "mlx-8bit", "mlx-4bit", "exl3-4bpw"];

function kindOf({ id }: ServerScheme): "server" | "mlx" | "exl" {
  if (id.startsWith("mlx")) return "mlx";
  return id.startsWith("exl") ? "exl" : "server";
}

/** Why a scheme makes no sense for a model, or does not exist for it. */
function whyAbsent({ model: { geometry, shapes } }: QuantQuestion, scheme: ServerScheme): string | undefined {
  const { architecture } = geometry;
  if (scheme.onlyFor && !scheme.onlyFor.architectures.includes(architecture)) return scheme.onlyFor.because;
  const as = PUBLISHED_PACKED[architecture];
  if (as !== undefined && kindOf(scheme) === "server" && scheme.id !== as)
    return `${geometry.name ?? architecture} is published in ${as.toUpperCase()} already`;
  if (scheme.packed.length > 0 && serverWeights(shapes, scheme).packedWeights === 0) return "it would pack nothing";
  return undefined;
}
