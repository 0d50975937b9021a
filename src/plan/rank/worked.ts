import type { CacheType } from "../../facts/runtime/index.ts";
import { good, type VerdictWord } from "../fit/index.ts";
import {
  aboveFloor,
  cellsUnder,
  outlined,
  searchModel,
  wantedSettings,
  type Outlined,
  type SearchSetup,
} from "../search/index.ts";
import type { RankedModel, RankModel } from "./catalog.ts";

/** What fits with so much context for so many users: file type and cache type are chosen. */
export interface WorkedCell {
  /** of one user, tokens */
  readonly context: number;
  readonly users: number;
  /** longer than the model was trained for */
  readonly beyondTraining?: true;
  /** absent where nothing fits */
  readonly chosen?: {
    readonly fileType: string;
    readonly cacheType: CacheType;
    readonly verdict: VerdictWord;
    readonly marginBytes: number;
  };
}

/** A model over contexts and users, everything on the devices. */
export interface WorkedRow {
  readonly id: string;
  readonly name: string;
  readonly cells: readonly WorkedCell[];
  /** with the file type of the ranking: longest context of one user, tokens, and most users with the first context */
  readonly fileType: string;
  readonly longestContext?: number;
  readonly mostUsers?: number;
}

/** Columns: context of one user in tokens, and users. */
const USUAL: readonly (readonly [context: number, users: number])[] = [
  [8192, 1],
  [8192, 4],
  [32_768, 1],
  [32_768, 4],
  [131_072, 1],
];

/** What was asked for takes the place of the usual columns. */
function columnsOf({ wishes }: SearchSetup): readonly (readonly [context: number, users: number])[] {
  const asked = USUAL.map(([context, users]) => [wishes.context ?? context, wishes.users ?? users] as const);
  return asked.filter(
    ([context, users], index) => asked.findIndex((one) => one[0] === context && one[1] === users) === index,
  );
}

/** Which context and users of ranked models fit a rig, and in which file type: within the band of an outline. */
export function workedRows(
  ranked: readonly RankedModel[],
  models: readonly RankModel[],
  setup: SearchSetup,
  floor?: string,
): WorkedRow[] {
  const columns = columnsOf(setup);
  const byId = new Map(models.map((model) => [model.id, model]));
  return ranked.flatMap(({ id, name, fileType, choice }): WorkedRow[] => {
    const model = byId.get(id);
    if (!model || choice.settings.expertLayersOnHost !== undefined) return [];
    const on = outlined(model, setup);
    const cells = columns.map(([context, users]) => cellOf(on, context, users, floor));
    const one = { ...setup, wishes: { ...setup.wishes, users: 1 } };
    const [row] = searchModel(
      { ...on, setup: one },
      {
        fileTypes: [fileType],
        contexts: [columns[0]![0]],
        users: [1],
      },
    );
    const { longestContext, mostUsers } = row!;
    return [
      {
        id,
        name,
        cells,
        fileType,
        ...(longestContext === undefined ? {} : { longestContext }),
        ...(mostUsers === undefined ? {} : { mostUsers }),
      },
    ];
  });
}

/** A cache in eight bits is only taken where none in sixteen fits. */
const CACHE_TYPES: readonly CacheType[] = ["f16", "q8_0"];

function cellOf(on: Outlined, context: number, users: number, floor: string | undefined): WorkedCell {
  const { geometry } = on.model;
  if (context > geometry.contextLength) return { context, users, beyondTraining: true };
  const { cacheType } = on.setup.wishes;
  const fileTypes = aboveFloor(geometry.architecture, floor);
  for (const type of cacheType === undefined ? CACHE_TYPES : [cacheType]) {
    const wanted = wantedSettings(on, context);
    const settings = { ...wanted, sequences: users, context: context * users, cacheTypeK: type, cacheTypeV: type };
    const cells = cellsUnder(on, settings, fileTypes);
    const roomy = cells.findIndex((cell) => cell?.verdict === "fits");
    const at = roomy >= 0 ? roomy : cells.findIndex((cell) => cell !== undefined && good(cell.verdict));
    const cell = cells[at];
    if (cell) {
      const { verdict, marginBytes } = cell;
      return { context, users, chosen: { fileType: fileTypes[at]!, cacheType: type, verdict, marginBytes } };
    }
  }
  return { context, users };
}
