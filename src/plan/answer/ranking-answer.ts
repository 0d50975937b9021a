import type { Rig } from "../../facts/hardware/index.ts";
import { shellWord } from "../command/index.ts";
import { formatBytes, formatCount, formatPercent } from "../../facts/units/index.ts";
import type { LeftOut, RankedModel, Ranking, WorkedRow } from "../rank/index.ts";
import { workedWords } from "./worked-words.ts";
import { ANSWER_VERSION, type DiskFacts, type ReadingRate, type RuntimeFacts } from "./fit-numbers.ts";
import { flagWords, type TypedFlags } from "./next-commands.ts";

/** What can be run on a rig, best first. */
export interface RankingAnswer {
  readonly schema: typeof ANSWER_VERSION;
  readonly kind: "ranking";
  readonly goal: string;
  readonly rig: Rig;
  readonly runtime: RuntimeFacts;
  readonly rows: readonly RankingRow[];
  /** models over contexts and users, and the same in words; for a card in the abstract */
  readonly worked?: Worked;
  readonly because: readonly string[];
  readonly counts: Ranking["counts"];
  /** models that wishes left out, those of which it is not known apart */
  readonly leftOut: readonly LeftOut[];
  /** what cold load times are reckoned with */
  readonly reading: ReadingRate;
  /** room on this machine's disk; absent for another */
  readonly disk?: Pick<DiskFacts, "folder" | "freeBytes">;
  readonly assumptions: readonly string[];
  readonly next: readonly string[];
}

/** The worked example: which model, context and users fit. */
export interface Worked {
  readonly rows: readonly WorkedRow[];
  readonly words: readonly string[];
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
  /** the file read from the disk once, ms */
  readonly coldLoadMs: number;
  /** must be downloaded, and the disk has no room for it */
  readonly beyondDisk?: true;
  /** one line: what it is, and what decided its file type and place */
  readonly because: string;
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
  /** what else was asked, as it is typed, for the next commands */
  readonly typed?: TypedFlags;
  /** the file of a model in a file type, where it is here */
  readonly leftOut: readonly LeftOut[];
  readonly reading: ReadingRate;
  readonly disk?: Pick<DiskFacts, "folder" | "freeBytes">;
  readonly worked?: readonly WorkedRow[];
  readonly pathOf: (id: string, fileType: string) => string | undefined;
}

export function answerRanking(ranking: Ranking, context: RankingContext): RankingAnswer {
  const { goal, rig, runtime, assumptions, leftOut, reading, disk, worked } = context;
  const rows = ranking.rows.map((row) => rowOf(row, context));
  const best = rows[0];
  return {
    schema: ANSWER_VERSION,
    kind: "ranking",
    goal,
    rig,
    runtime,
    rows,
    ...(worked ? { worked: { rows: worked, words: workedWords(worked, ranking.rows) } } : {}),
    because: ranking.because,
    counts: ranking.counts,
    leftOut,
    reading,
    ...(disk ? { disk } : {}),
    assumptions,
    next: best ? [best.command] : ["loadout models --local"],
  };
}

function rowOf({ choice, ...row }: RankedModel, context: RankingContext): RankingRow {
  const { rigArguments, pathOf, typed = [], reading, disk } = context;
  const decided = ["--gpu-layers", "--cpu-experts"];
  const path = pathOf(row.id, row.fileType);
  const { gpuLayers, expertLayersOnHost } = choice.settings;
  const experts = typeof expertLayersOnHost === "number" ? expertLayersOnHost : undefined;
  const model = path === undefined ? `${row.id}:${row.fileType}` : path;
  const words = [
    `loadout fit ${shellWord(model)}`,
    ...flagWords(experts === undefined ? typed : typed.filter(([flag]) => !decided.includes(flag))),
    ...(experts === undefined ? [] : [`--gpu-layers all --cpu-experts ${experts}`]),
    ...(row.offloadedLayers === undefined ? [] : [`--gpu-layers ${gpuLayers}`]),
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
    coldLoadMs: (row.fileBytes / reading.bytesPerSec) * 1000,
    ...(disk && path === undefined && row.fileBytes > disk.freeBytes ? { beyondDisk: true } : {}),
    because: why(row, choice),
    command: words.join(" "),
  };
}

/** "26.9B, released 2026-08-14, apache-2.0, takes text+image; Q5_K_M leaves 1.2 GiB; decode bandwidth-bound" */
function why(row: Omit<RankedModel, "choice">, { now, settings }: RankedModel["choice"]): string {
  const { parameters, activeParameters, released, license, modality, tools, fileType, decode, offloadedLayers } = row;
  const active = activeParameters === undefined ? "" : ` (${formatCount(activeParameters)} a token)`;
  const is = [
    `${formatCount(parameters)}${active}`,
    `released ${released}`,
    license ?? "licence not known",
    ...(modality === undefined ? [] : [`takes ${modality}`]),
    tools === undefined ? "tools not known" : tools ? "tools" : "no tools",
  ].join(", ");
  const experts = settings.expertLayersOnHost === undefined ? "" : " with its experts on the CPU";
  const where = offloadedLayers ? ` with offload, ${offloadedLayers} layers on the CPU,` : experts;
  const left = `${fileType}${where} leaves ${formatBytes(now.marginBytes)}`;
  const bound = decode ? `; decode ${decode.bound}-bound at ${formatPercent(decode.shareOfLimit)} of the limit` : "";
  return `${is}; ${left}${bound}`;
}
