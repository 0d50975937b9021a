import type { LlamaCppSettings } from "../../../facts/runtime/index.ts";
import { decodePace, prefillPace } from "../../../predict/speed/index.ts";
import { choose, coresToUse, good, GOALS, paceInput, type FitRequest } from "../../fit/index.ts";
import { cellsUnder, wantedSettings, type Cell, type Outlined } from "../../search/index.ts";
import type { QuantQuestion } from "./question.ts";
import { roomOf } from "./room.ts";
import type { QuantRow } from "./row.ts";

/** Prompt whose rate is given, tokens. */
const PROMPT_TOKENS = 512;

/** Verdicts for all rows under the same settings, and paces: of what fits whole on the devices, else of the layers that fit. */
export function withMemory(question: QuantQuestion, rows: readonly QuantRow[]): QuantRow[] {
  const { outlined } = question;
  if (outlined === undefined)
    return rows.map((row) => ({ ...row, paceUnknown: "the graph of this architecture is not written down" }));
  const { goal, wishes } = outlined.setup;
  const context = wishes.context ?? Math.min(GOALS[goal].context, outlined.model.geometry.contextLength);
  const settings = wantedSettings(outlined, context);
  const schemes = rows.map(({ scheme }) => scheme);
  const cells = cellsUnder(outlined, settings, schemes);
  return rows.map((row, index): QuantRow => {
    const cell = cells[index];
    if (cell === undefined) return { ...row, paceUnknown: "the engine would refuse these settings" };
    return { ...row, ...placed(question, outlined, { row, cell, settings, context }) };
  });
}

interface Placing {
  readonly row: QuantRow;
  readonly cell: Cell;
  readonly settings: LlamaCppSettings;
  readonly context: number;
}

function placed(
  question: QuantQuestion,
  outlined: Outlined,
  { row, cell, settings, context }: Placing,
): Partial<QuantRow> {
  const { verdict, marginBytes } = cell;
  const { wishes } = outlined.setup;
  const { host } = question.rig;
  const { gpuLayers, sequences: users } = settings;
  const threads = wishes.threads ?? coresToUse(host.cpu);
  const memory = { kind: "predicted", verdict, marginBytes, context, users, gpuLayers } as const;
  const about = outlined.about(row.scheme);
  if (good(verdict)) return { memory, ...paces(about, settings, threads) };
  if (row.bytes > roomOf(question.rig) + host.ramBytes) return { memory, paceUnknown: "more than all memory together" };
  if (!row.usual && question.thorough !== true)
    return { memory, paceUnknown: "does not fit whole; --all tries it with layers on the CPU" };
  const { settings: some, now } = choose({ ...about, wishes: { ...wishes, context } });
  const tried = { ...memory, gpuLayers: some.gpuLayers, offloaded: now.verdict };
  if (!good(now.verdict)) return { memory: tried, paceUnknown: `${now.verdict}, with layers on the CPU too` };
  return { memory: tried, ...paces(about, some, threads) };
}

/** One user alone with an empty context, and a prompt. */
function paces(
  about: FitRequest,
  settings: LlamaCppSettings,
  threads: number,
): Pick<QuantRow, "decode" | "prefill" | "paceUnknown"> {
  const input = paceInput(about, { settings, threads });
  const decode = decodePace(input, 0);
  const prefill = prefillPace(input, PROMPT_TOKENS);
  return {
    ...(decode ? { decode } : { paceUnknown: "the memory bandwidth of a device is not known" }),
    ...(prefill ? { prefill } : {}),
  };
}
