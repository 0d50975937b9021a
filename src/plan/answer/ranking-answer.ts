import type { Rig } from "../../facts/hardware/index.ts";
import { shellWord } from "../command/index.ts";
import type { RankedModel, Ranking } from "../rank/index.ts";
import { ANSWER_VERSION, type RuntimeFacts } from "./fit-answer.ts";

/** What can be run on a rig, best first. */
export interface RankingAnswer {
  readonly schema: typeof ANSWER_VERSION;
  readonly kind: "ranking";
  readonly goal: string;
  readonly rig: Rig;
  readonly runtime: RuntimeFacts;
  readonly rows: readonly RankingRow[];
  readonly because: readonly string[];
  readonly counts: Ranking["counts"];
  readonly assumptions: readonly string[];
  readonly next: readonly string[];
}

/** A loadout: a model in a file type with its settings, and what it comes to. */
export interface RankingRow extends Omit<RankedModel, "choice"> {
  readonly verdict: RankedModel["choice"]["now"]["verdict"];
  readonly marginBytes: number;
  /** of one user, tokens */
  readonly context: number;
  readonly users: number;
  readonly gpuLayers: number | "all";
  readonly expertLayersOnHost?: number;
  /** the file, where it is on this machine */
  readonly path?: string;
  /** shows the whole answer for it */
  readonly command: string;
}

export interface RankingContext {
  readonly goal: string;
  readonly rig: Rig;
  readonly runtime: RuntimeFacts;
  readonly assumptions: readonly string[];
  /** flags that describe the rig, where it is not this machine */
  readonly rigArguments?: string;
  /** the file of a model in a file type, where it is here */
  readonly pathOf: (id: string, fileType: string) => string | undefined;
}

export function answerRanking(ranking: Ranking, context: RankingContext): RankingAnswer {
  const { goal, rig, runtime, assumptions } = context;
  const rows = ranking.rows.map((row) => rowOf(row, context));
  const best = rows[0];
  return {
    schema: ANSWER_VERSION,
    kind: "ranking",
    goal,
    rig,
    runtime,
    rows,
    because: ranking.because,
    counts: ranking.counts,
    assumptions,
    next: best ? [best.command] : ["loadout models --local"],
  };
}

function rowOf({ choice, ...row }: RankedModel, { rigArguments, pathOf, goal }: RankingContext): RankingRow {
  const path = pathOf(row.id, row.fileType);
  const { gpuLayers, expertLayersOnHost } = choice.settings;
  const experts = typeof expertLayersOnHost === "number" ? expertLayersOnHost : undefined;
  const model = path === undefined ? `${row.id}:${row.fileType}` : path;
  const words = [
    `loadout fit ${shellWord(model)}`,
    ...(goal === "interactive" ? [] : [`--goal ${goal}`]),
    ...(experts === undefined ? [] : [`--gpu-layers all --cpu-experts ${experts}`]),
    ...(rigArguments === undefined ? [] : [rigArguments]),
  ];
  return {
    ...row,
    verdict: choice.now.verdict,
    marginBytes: choice.now.marginBytes,
    context: choice.context,
    users: choice.users,
    gpuLayers,
    ...(experts === undefined ? {} : { expertLayersOnHost: experts }),
    ...(path === undefined ? {} : { path }),
    command: words.join(" "),
  };
}
