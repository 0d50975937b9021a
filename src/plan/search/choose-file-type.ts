import type { LlamaCppSettings } from "../../facts/runtime/index.ts";
import { formatBytes, formatPace, formatTokens } from "../../facts/units/index.ts";
import { contextsWanted, forTexts, good, GOALS, settingsFor } from "../fit/index.ts";
import { largestAtPace, type Paced } from "./at-pace.ts";
import { aboveFloor } from "./file-types.ts";
import type { Outlined } from "./outlined.ts";
import { cellsUnder, type Cell } from "./table.ts";

/** A file type with its reason. */
export interface ChosenFileType {
  readonly fileType: string;
  readonly because: string;
}

/**
 * The file type to take where none is asked for: of the usual ones that fit with room to spare and the context the goal wants, the
 * largest that is as fast as the goal wants, else the largest; else the same of those that fit at all; else, with the least context
 * of the goal, the same; else the smallest above the floor.
 */
export function chooseFileType(model: Outlined): ChosenFileType {
  const { geometry } = model.model;
  const candidates = aboveFloor(geometry.architecture);
  const { goal, wishes } = model.setup;
  const { wanted, least } = contextsWanted(goal, wishes, geometry);
  for (const context of new Set([wanted, least])) {
    const settings = wantedSettings(model, context);
    const cells = cellsUnder(model, settings, candidates);
    const roomy = cells.findIndex((cell) => cell?.verdict === "fits");
    const at = roomy >= 0 ? roomy : cells.findIndex((cell) => cell !== undefined && good(cell.verdict));
    if (at < 0) continue;
    // what is smaller than one that fits, fits too
    const paced = largestAtPace(model, settings, candidates.slice(at));
    const fits = reason(candidates, cells, at, context);
    return { fileType: candidates[at + paced.at]!, because: withPace(fits, candidates[at]!, paced, model) };
  }
  const smallest = candidates.at(-1)!;
  return { fileType: smallest, because: "the smallest usual file type that keeps four bits: none fits whole" };
}

/** Settings of the goal and the wishes, everything on the devices where there are some. */
export function wantedSettings({ setup, model }: Outlined, context: number): LlamaCppSettings {
  const { goal, wishes, rig } = setup;
  const { users, microBatch, cacheType } = GOALS[goal];
  const layers = rig.devices.length === 0 ? 0 : "all";
  const settings = settingsFor({
    context,
    users: wishes.users ?? users,
    microBatch: wishes.microBatch ?? microBatch,
    cacheType: wishes.cacheType ?? cacheType,
    gpuLayers: wishes.gpuLayers ?? layers,
    ...expertLayers(wishes.expertLayersOnHost, model.geometry.layers.length),
  });
  return forTexts(model.geometry, settings, wishes.microBatch);
}

function expertLayers(asked: number | "all" | undefined, layers: number): { expertLayersOnHost?: number } {
  return asked === undefined ? {} : { expertLayersOnHost: asked === "all" ? layers : asked };
}

function reason(
  candidates: readonly string[],
  cells: readonly (Cell | undefined)[],
  at: number,
  context: number,
): string {
  const { verdict } = cells[at]!;
  const what =
    verdict === "fits"
      ? "the largest usual file type that fits with room to spare"
      : "the largest usual file type that fits";
  const larger = cells[at - 1];
  if (larger === undefined) return `${what} with ${formatTokens(context)} of context`;
  const { marginBytes } = larger;
  const next = marginBytes < 0 ? `would be ${formatBytes(-marginBytes)} short` : "would leave little room";
  return `${what} with ${formatTokens(context)} of context; ${candidates[at - 1]!} ${next}`;
}

/** Why not the largest that fits, or why it is taken although it is slow. */
function withPace(fits: string, largest: string, { at, decode, keeps }: Paced, { setup }: Outlined): string {
  const { targets } = GOALS[setup.goal];
  if (decode === undefined || targets === undefined) return fits;
  const wanted = formatPace(targets.decodePerSec);
  const own = formatPace(decode.tokensPerSec);
  if (keeps === "slow")
    return `${fits}; none of four bits or more is as fast as people read, ${wanted}: it decodes ${own}`;
  if (at === 0) return fits;
  const band = `${keeps === "middle" ? "" : "even "}${formatPace(decode.low)} at the slow end of its band`;
  return `the largest usual file type that is as fast as people read, ${wanted}: ${own}, ${band}; ${largest} would fit too`;
}
