import { largestWithMargin, searchMargin, settingsFor, type FitRequest } from "../fit/index.ts";
import { wantedSettings } from "./choose-file-type.ts";
import { usualFileTypes } from "./file-types.ts";
import { mostUsers } from "./limits.ts";
import type { Outlined } from "./outlined.ts";
import { cellsUnder, type Cell } from "./table.ts";

/** A file type of a model over contexts and users. */
export interface SearchRow {
  readonly fileType: string;
  /** of the weights, without a header */
  readonly fileBytes: number;
  /** bits per weight over the whole file */
  readonly bitsPerWeight: number;
  readonly cells: readonly SearchCell[];
  /** longest context of each user with the goal's users, tokens; absent where none fits */
  readonly longestContext?: number;
  /** most users with the goal's context; absent where none fits */
  readonly mostUsers?: number;
}

export interface SearchCell extends Cell {
  readonly context: number;
  readonly users: number;
}

export interface SearchAxes {
  readonly fileTypes?: readonly string[];
  /** of one user, tokens */
  readonly contexts?: readonly number[];
  readonly users?: readonly number[];
}

export const CONTEXTS = [4096, 8192, 16_384, 32_768, 131_072] as const;
const USERS = [1, 4, 16] as const;

/**
 * A model on a rig: file types by contexts by users, within the band of an outline, everything on the devices where there are
 * some. Cells the engine would refuse, and contexts beyond the trained length, are left out.
 */
export function searchModel(model: Outlined, axes: SearchAxes = {}): SearchRow[] {
  const { geometry, shapes } = model.model;
  const { fileTypes = usualFileTypes(geometry.architecture), contexts = CONTEXTS, users = USERS } = axes;
  const parameters = shapes.reduce((sum, { shape }) => sum + shape.reduce((product, length) => product * length, 1), 0);
  const trained = contexts.filter((context) => context <= geometry.contextLength);
  const kept = trained.length > 0 ? trained : [geometry.contextLength];
  const cells = new Map<string, SearchCell[]>(fileTypes.map((fileType) => [fileType, []]));
  for (const context of endsFirst(kept)) {
    for (const count of users) {
      const settings = { ...wantedSettings(model, context), sequences: count, context: context * count };
      cellsUnder(model, settings, fileTypes).forEach((cell, index) => {
        if (cell) cells.get(fileTypes[index]!)!.push({ ...cell, context, users: count });
      });
    }
  }
  return fileTypes.map((fileType) => {
    const settings = wantedSettings(model, kept[0]!);
    const fileBytes = model.outline.fileBytes(settings, fileType);
    return {
      fileType,
      fileBytes,
      bitsPerWeight: (8 * fileBytes) / parameters,
      cells: cells.get(fileType)!.toSorted((a, b) => a.context - b.context || a.users - b.users),
      ...limits(model, fileType),
    };
  });
}

/** Contexts in the order in which the fewest are replayed: both ends, then from the longest down; those between may not be. */
export function endsFirst(contexts: readonly number[]): number[] {
  const [first, ...rest] = contexts;
  const last = rest.pop();
  return [first, last, ...rest.toReversed()].filter((context) => context !== undefined);
}

/** Both limits by halving, within the band of an outline. */
function limits(model: Outlined, fileType: string): Pick<SearchRow, "longestContext" | "mostUsers"> {
  const request = model.about(fileType);
  const { contextLength } = model.model.geometry;
  const settings = wantedSettings(model, Math.min(CONTEXTS[0], contextLength));
  const longest = longestWith(request, settings, contextLength);
  const context = settings.context / settings.sequences;
  const users = mostUsers(request, { settings, context });
  return {
    ...(longest === undefined ? {} : { longestContext: longest }),
    ...(users === undefined ? {} : { mostUsers: users }),
  };
}

const STEP = 256;

function longestWith(
  request: FitRequest,
  settings: ReturnType<typeof settingsFor>,
  trained: number,
): number | undefined {
  const marginOf = (context: number): number =>
    searchMargin(request, { ...settings, context: context * settings.sequences });
  if (marginOf(trained) >= 0) return trained;
  const steps = largestWithMargin(Math.floor((trained - 1) / STEP), (count) => marginOf(count * STEP));
  return steps > 0 ? steps * STEP : undefined;
}
