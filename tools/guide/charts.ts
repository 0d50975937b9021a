import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LOCAL_LLM_SETUP } from "../plots/local-llm-setup/index.ts";
import type { PlotData } from "../plots/plot.ts";

type ChartName = keyof typeof LOCAL_LLM_SETUP.plots;

const ROOT = join(import.meta.dirname, "../..");

/** A chart as `npm run plots` left it (and `--check` keeps it); its finding and notes are drawn in it. */
export function chart(name: ChartName): string {
  const { title, description } = dataOf(name);
  const at = `../../${LOCAL_LLM_SETUP.folder}/${name}`;
  return `![${title}. ${description}](${at}.svg)\n\n[The numbers behind it](${at}.json), and the command for each.`;
}

/** What is drawn in it. */
export function chartRows(name: ChartName): PlotData["rows"] {
  return dataOf(name).rows;
}

function dataOf(name: ChartName): PlotData {
  return JSON.parse(readFileSync(join(ROOT, LOCAL_LLM_SETUP.folder, `${name}.json`), "utf8"));
}
