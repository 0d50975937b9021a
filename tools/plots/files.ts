import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dataText, type Plot, type Task, type TaskOptions } from "./plot.ts";

/** A file of a task, by its name in the task's folder. */
export interface PlotFile {
  readonly name: string;
  readonly text: string;
}

export async function plotsOf(task: Task, options: TaskOptions): Promise<Plot[]> {
  const plots: Plot[] = [];
  for (const make of Object.values(task.plots)) plots.push(await make(options));
  return plots;
}

/** A picture and its numbers. */
export function filesOf(plot: Plot): PlotFile[] {
  return [
    { name: `${plot.name}.svg`, text: plot.svg("auto") },
    { name: `${plot.name}.json`, text: dataText(plot.data) },
  ];
}

export function write(folder: string, files: readonly PlotFile[]): void {
  mkdirSync(folder, { recursive: true });
  for (const { name, text } of files) writeFileSync(join(folder, name), text);
}

/** Names of files that are missing or say something else. */
export function differing(folder: string, files: readonly PlotFile[]): string[] {
  return files.flatMap(({ name, text }) => {
    try {
      return readFileSync(join(folder, name), "utf8") === text ? [] : [`${name} differs`];
    } catch {
      return [`${name} is missing`];
    }
  });
}

const PNG_SCALE = 2;

/** The same picture as pixels, light and dark; letters are drawn in the fonts of this machine, so its bytes are its own. */
export async function pngsOf(plot: Plot): Promise<{ readonly name: string; readonly bytes: Uint8Array }[]> {
  const { Resvg } = await import("@resvg/resvg-js");
  const font = { loadSystemFonts: true, defaultFontFamily: "Liberation Sans", sansSerifFamily: "Liberation Sans" };
  return (["light", "dark"] as const).map((theme) => {
    const made = new Resvg(plot.svg(theme), { fitTo: { mode: "zoom", value: PNG_SCALE }, font });
    return { name: `${plot.name}${theme === "dark" ? "-dark" : ""}.png`, bytes: made.render().asPng() };
  });
}
