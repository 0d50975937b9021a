import { formatBytes, formatCount, formatNumber, formatPace, formatPercent } from "../../../facts/units/index.ts";
import { RUNTIME_ROWS } from "../../../facts/runtime/index.ts";
import { good } from "../../fit/index.ts";
import { chooseFileType } from "../../search/index.ts";
import type { QuantQuestion } from "./question.ts";
import type { QuantRow, QuantRuntime } from "./row.ts";
import { roomOf } from "./room.ts";

/** A scheme to take, and why. */
export interface QuantChoice {
  readonly for: "one person at a time" | "a few at a time" | "many at once";
  readonly scheme: string;
  readonly runtime: QuantRuntime["runtime"];
  readonly because: readonly string[];
}

/** What to take for one person and for many, the goal's first. Empty where nothing that is offered fits. */
export function recommend(question: QuantQuestion, rows: readonly QuantRow[]): QuantChoice[] {
  const one = forOne(question, rows);
  const many = forMany(question, rows);
  const first = question.goal === "batch" || question.goal === "mixed" ? [many, one] : [one, many];
  return first.filter((choice) => choice !== undefined);
}

function forOne({ outlined }: QuantQuestion, rows: readonly QuantRow[]): QuantChoice | undefined {
  if (outlined === undefined) return undefined;
  const { fileType, because } = chooseFileType(outlined);
  const row = rows.find(({ scheme }) => scheme === fileType);
  const runtime = row?.runtimes[0];
  if (row === undefined || runtime === undefined || !runsThere(row)) return undefined;
  const users = row.memory?.kind === "predicted" ? row.memory.users : 1;
  return {
    for: users > 1 ? "a few at a time" : "one person at a time",
    scheme: row.scheme,
    runtime: runtime.runtime,
    because: [
      because,
      kernelSays(runtime),
      ...qualitySays(row),
      ...comparedWith(row, rows),
      ...measuredBelow(row, rows),
      ...fasterBelow(row, rows),
      ...careWith(row),
    ],
  };
}

/** Whole on the devices, or with layers on the CPU; not what would be read from the disk token by token. */
function runsThere({ memory }: QuantRow): boolean {
  if (memory?.kind !== "predicted") return false;
  return good(memory.verdict) || (memory.offloaded !== undefined && good(memory.offloaded));
}

/** Share of the room that weights may take where many caches have to lie beside them. */
const WEIGHTS_SHARE = 0.8;

/** Schemes for many users, from what loses nothing to what loses least for its size; native kernels go before others. */
const FOR_MANY: readonly string[] = ["fp8", "mxfp4", "nvfp4", "nvfp4-ffn", "int8", "awq", "w4a16", "exl3-4bpw"];

/** Programs that gain from every further user. */
const BATCHING = new Set(RUNTIME_ROWS.filter(({ batching }) => batching === "continuous").map(({ id }) => id));

function forMany({ rig }: QuantQuestion, rows: readonly QuantRow[]): QuantChoice | undefined {
  // processors run such programs too, and gain too little for it to be advice
  if (rig.devices.length === 0) return undefined;
  const room = roomOf(rig);
  const candidates = FOR_MANY.flatMap((scheme) => rows.filter((row) => row.scheme === scheme)).flatMap((row) => {
    const runtime = row.runtimes.find(
      ({ runtime: id, retired, grade }) => retired === undefined && grade !== "slow" && BATCHING.has(id),
    );
    return runtime !== undefined && row.bytes <= WEIGHTS_SHARE * room ? [{ row, runtime }] : [];
  });
  const eight = candidates.find(({ row }) => row.scheme === "fp8");
  const native = candidates.find(({ runtime }) => runtime.grade === "native");
  const [found] = [eight, native, candidates[0]].filter((one) => one !== undefined);
  if (found === undefined) return undefined;
  const { row, runtime } = found;
  const tokens = row.memory?.kind === "weights alone" ? row.memory.mostCacheTokens : undefined;
  const cached = tokens === undefined ? "" : `: at most ${formatCount(tokens)} tokens in 16 bit`;
  const left = `its weights take ${formatPercent(row.bytes / room)} of the memory and leave ${formatBytes(room - row.bytes)} for the caches of many${cached}`;
  return {
    for: "many at once",
    scheme: row.scheme,
    runtime: runtime.runtime,
    because: [
      left,
      kernelSays(runtime),
      ...qualitySays(row),
      ...careWith(row),
      "its speed and its other memory are not predicted yet",
    ],
  };
}

function kernelSays({ title, kernel, grade, computes }: QuantRuntime): string {
  if (grade === "native") return `${title} multiplies it as it is stored (${kernel})`;
  const kept = `${title} unpacks it in the kernel (${kernel}, ${computes}): it saves memory traffic`;
  return grade === "unpacked" ? kept : `${kept}, but this chip has no fast units for it`;
}

function qualitySays({ quality }: QuantRow): string[] {
  const { of, figures, says, source, date } = quality;
  if (of === "not known") return ["no measurement of what it loses is in the table"];
  if (says !== undefined) return [`${says} (${source}, ${date})`];
  const [figure] = figures;
  const parts = [
    figure?.divergence === undefined ? "" : `mean KL divergence ${formatNumber(figure.divergence)}`,
    figure?.sameTop === undefined ? "" : `the same likeliest token in ${formatPercent(figure.sameTop)}`,
    quality.perplexityRise === undefined ? "" : `perplexity ${formatPercent(quality.perplexityRise, true)}`,
    figure?.score === undefined ? "" : `score ${formatNumber(figure.score)}`,
  ].filter((part) => part !== "");
  const whose = of === "this model" ? "" : ", measured on another model of its family";
  return [`${parts.join(", ")}${whose} (${source}, ${date})`];
}

/** The same study's next larger and next smaller usual scheme. */
function comparedWith(row: QuantRow, rows: readonly QuantRow[]): string[] {
  const { study, figures } = row.quality;
  const own = figures[0]?.divergence;
  if (study === undefined || own === undefined) return [];
  const peers = rows
    .filter((other) => other.quality.study === study && other.quality.figures[0]?.divergence !== undefined)
    .filter((other) => other.usual || other.scheme === row.scheme)
    .toSorted((a, b) => b.bytes - a.bytes);
  const at = peers.findIndex(({ scheme }) => scheme === row.scheme);
  const said = [peers[at - 1], peers[at + 1]].flatMap((other) =>
    other === undefined
      ? []
      : [
          `${other.scheme} ${formatNumber(other.quality.figures[0]!.divergence!)} with ${formatPercent(other.bytes / row.bytes - 1, true)} bytes`,
        ],
  );
  return said.length === 0 ? [] : [`in the same study ${said.join(", ")}`];
}

/** Where a scheme itself was not measured: the largest smaller one of the model that was, which should lose more. */
function measuredBelow(row: QuantRow, rows: readonly QuantRow[]): string[] {
  if (row.quality.of !== "not known") return [];
  const [below] = rows
    .filter(({ kind, bytes, quality }) => kind === row.kind && bytes < row.bytes && quality.of === "this model")
    .toSorted((a, b) => b.bytes - a.bytes);
  return below === undefined ? [] : [`${below.scheme}, which is smaller, was measured: ${qualitySays(below)[0]!}`];
}

/** What the next smaller usual file type would gain in pace. */
function fasterBelow({ bytes, decode }: QuantRow, rows: readonly QuantRow[]): string[] {
  const [below] = rows
    .filter(({ kind, usual, bytes: smaller }) => kind === "gguf" && usual && smaller < bytes)
    .toSorted((a, b) => b.bytes - a.bytes);
  if (decode === undefined || below?.decode === undefined) return [];
  const gain = below.decode.tokensPerSec / decode.tokensPerSec - 1;
  if (gain <= 0) return [];
  return [`${below.scheme} would decode ${formatPercent(gain)} faster: ${formatPace(below.decode.tokensPerSec)}`];
}

/** The edge cases to try before it is relied on; a file of GGUF can be measured here. */
function careWith({ kind, warnings }: QuantRow): string[] {
  if (warnings.length === 0) return [];
  const cases = warnings.map((id) => (id === "multilingual" ? "other languages" : id)).join(" or ");
  const how = kind === "gguf" ? "`loadout quality FILE` measures that here" : "on prompts of your own";
  return [`try it before you rely on it for ${cases}: ${how}`];
}
