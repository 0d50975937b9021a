import { heatTable, type Field, type HeatRow } from "../../../src/draw/index.ts";
import { modelCatalog, tensorList } from "../../../src/facts/model/index.ts";
import { formatNumber, formatTokens } from "../../../src/facts/units/index.ts";
import {
  rankModels,
  workedRows,
  type RankModel,
  type WorkedCell,
  type WorkedRow,
} from "../../../src/plan/rank/index.ts";
import type { Plot } from "../plot.ts";
import { FACTS_DATE, RUNTIME, RUNTIME_NAME, SOURCE } from "../question.ts";
import { rigFor } from "../../../src/plan/ask/question/index.ts";

/** Models that people ask about for such a card, one of each kind and size; the whole catalog is what `fit --vram` ranks. */
const MODELS = [
  "Qwen/Qwen3.6-27B",
  "google/gemma-4-31B-it",
  "Qwen/Qwen3.6-35B-A3B",
  "zai-org/GLM-4.7-Flash",
  "mistralai/Mistral-Small-3.2-24B-Instruct-2506",
  "openai/gpt-oss-20b",
  "Qwen/Qwen3-32B",
  "google/gemma-4-12B-it",
  "meta-llama/Llama-3.1-8B-Instruct",
];
const VRAM = "24GB";
const USUAL_COLUMNS = 5;

export async function fits24gb(): Promise<Plot> {
  const models = await named(MODELS);
  const { rig } = (await rigFor({ vram: [VRAM] }))!;
  const { build, caller } = RUNTIME;
  const wishes = { gpuLayers: "all" } as const;
  const closable = { host: 0, devices: rig.devices.map(() => 0) };
  const setup = { goal: "interactive" as const, wishes, rig, closable, build, caller };
  const ranked = rankModels(models, setup).rows;
  const rows = workedRows(ranked, models, setup);
  const parametersOf = (id: string) => models.find((model) => model.id === id)!;
  const columns = (rows[0]?.cells ?? []).slice(0, USUAL_COLUMNS);
  const heat = rows.map((row): HeatRow => {
    const { parameters, activeParameters } = parametersOf(row.id);
    const billions = (count: number) => formatNumber(count / 1e9, 2);
    return {
      label: row.name.replace(/[- ](Instruct|it)\b.*/, "").replace(/\s30B-A3B$/, ""),
      note: `${billions(parameters)}B${activeParameters === undefined ? "" : `, ${billions(activeParameters)}B active`}`,
      fields: row.cells.map(fieldOf),
      more: [
        row.longestContext === undefined ? "-" : `${Math.floor(row.longestContext / 1024)}k`,
        row.mostUsers === undefined ? "-" : String(row.mostUsers),
      ],
    };
  });
  const text = {
    title: titleOf(rows),
    subtitle: "The largest file type that fits, by context of each user and users at a time; everything on the card",
    description: `A table of ${rows.length} models against context and users on a card with 24 GB: each field names the largest file type that fits, or says that none does.`,
    notes: [
      "An apostrophe: only with a cache in q8_0. ~: tight, a desktop that takes more than usual breaks it. Within 1% of a whole replay. Up to: one user's context; users: with 8k each; both in the file type that loadout fit ranks first, whichever the fields name.",
    ],
    source: SOURCE,
    date: FACTS_DATE,
    table: {
      columns: [
        "model",
        ...columns.map(({ context, users }) => `${formatTokens(context)} x ${users}`),
        "up to",
        "users",
      ],
      rows: heat.map(({ label, fields, more }) => [label, ...fields.map((field) => field.text), ...more]),
    },
  };
  const heads = columns.map(({ context, users }) => [formatTokens(context), usersText(users)] as const);
  const grounds = [
    { ground: "good" as const, label: "fits" },
    { ground: "tight" as const, label: "~ tight" },
    { ground: "none" as const, label: "does not fit, or was not trained so long" },
  ];
  return {
    name: "fits-24gb",
    svg: (theme) =>
      heatTable(
        {
          text,
          columns: heads,
          more: [
            ["up to", "1 user"],
            ["users", "at 8k"],
          ],
          rows: heat,
          grounds,
        },
        theme,
      ),
    data: {
      schema: "loadout/plot/1",
      plot: "fits-24gb",
      title: text.title,
      description: text.description,
      source: text.source,
      date: text.date,
      notes: text.notes,
      loadouts: rows.map(({ id, fileType }) => ({
        id: `${id} ${fileType}`,
        model: `${id}:${fileType}`,
        rig: `--vram ${VRAM}`,
        runtime: RUNTIME_NAME,
        ask: `loadout fit ${id}:${fileType} --vram ${VRAM} --gpu-layers all --table`,
      })),
      rows: rows.map((row) => ({ ...row })),
    },
  };
}

function usersText(users: number): string {
  return users === 1 ? "1 user" : `${users} users`;
}

function fieldOf({ chosen, beyondTraining }: WorkedCell): Field {
  if (beyondTraining) return { text: "not trained", ground: "none" };
  if (!chosen) return { text: "-", ground: "none" };
  const name = `${chosen.fileType.replace(/_MOE$/, "")}${chosen.cacheType === "q8_0" ? "'" : ""}`;
  return chosen.verdict === "fits" ? { text: name, ground: "good" } : { text: `~${name}`, ground: "tight" };
}

/** What the last column, the longest context, leaves of the models, and what it leaves of their bits. */
function titleOf(rows: readonly WorkedRow[]): string {
  const first = rows.filter(({ cells }) => cells[0]?.chosen).length;
  const last = rows.filter(({ cells }) => cells.at(-1)?.chosen).length;
  const longest = rows[0]?.cells.at(-1);
  return (
    `On 24 GB ${first === rows.length ? `all ${first}` : `${first} of ${rows.length}`} models hold a chat of ${formatTokens(rows[0]?.cells[0]?.context ?? 0)}, and ${last} ` +
    `still hold one of ${formatTokens(longest?.context ?? 0)}: bits are what context is paid with`
  );
}

async function named(ids: readonly string[]): Promise<RankModel[]> {
  const { MODELS: rows, geometryFromRow } = await modelCatalog();
  return ids.map((id): RankModel => {
    const row = rows.find((one) => one.id === id);
    const geometry = row && geometryFromRow(row);
    const shapes = geometry && tensorList(geometry);
    if (!row || !geometry || !shapes) throw new Error(`the catalog cannot be asked about ${id}`);
    const { name, family, released, parameters } = row;
    return {
      id,
      name,
      family,
      released,
      geometry,
      shapes,
      parameters: parameters.text,
      ...(parameters.active === undefined ? {} : { activeParameters: parameters.active }),
    };
  });
}
