import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EXIT } from "../../../facts/errors/index.ts";
import type { BenchAnswer } from "../../../plan/answer/index.ts";
import { makeFolder, messageOf } from "../../../run/home/index.ts";
import { csvOf } from "../bench/csv.ts";
import { type BenchFlags, toolOf } from "../bench/flags.ts";
import { benchChart } from "../../report/bench-chart.ts";
import { benchPage } from "../../report/bench-page.ts";
import { busyNotes } from "../busy.ts";
import { knownOf, learned } from "../bench/learn.ts";
import { BenchSession } from "../bench/session.ts";
import { type CliContext, guarded } from "../context.ts";
import { homeOf } from "../machine.ts";
import { serverText } from "../text/bench-server-text.ts";
import { unwritable } from "../unwritable.ts";
import { benchText } from "../text/bench-text.ts";
import { progressFor } from "../text/progress.ts";

/** `loadout bench URL` */
export const bench = guarded(async function (this: CliContext, flags: BenchFlags, typed: string) {
  const tool = toolOf(flags.as);
  const progress = progressFor(this);
  const busy = busyNotes("measure again when it is quiet");
  const session = await BenchSession.open(this, flags, typed, progress);
  try {
    const known = await knownOf(this, flags, session.first, progress);
    const measured = await session.measure(tool);
    const place = await placeFor(this, measured.endpoint.base);
    const answer = await learned(this, known, { answer: measured, side: session.first, stored: place, progress, busy });
    const stored = place === undefined ? undefined : await keep(this, place, answer);
    const whole: BenchAnswer = { ...answer, ...(stored === undefined ? {} : { stored }) };
    if (flags.csv !== undefined) await writeFile(flags.csv, csvOf(whole)).catch(unwritable(flags.csv));
    const date = new Date().toISOString().slice(0, 10);
    if (flags.chart !== undefined) await writeFile(flags.chart, benchChart(whole, date)).catch(unwritable(flags.chart));
    if (flags.html !== undefined) {
      const server = serverText(whole);
      const page = benchPage(whole, { date, ...(server === undefined ? {} : { server }) });
      await writeFile(flags.html, page).catch(unwritable(flags.html));
    }
    progress.done();
    this.out(flags.json ? JSON.stringify(whole, null, 2) : benchText(whole, this.outStyle));
    const missed = whole.points.some(({ summary }) => summary.goodput && !summary.goodput.met);
    return missed && whole.points.length === 1 ? EXIT.no : EXIT.ok;
  } finally {
    progress.done();
  }
});

/** A file of its own in the data folder; undefined where there cannot be one, which is said. */
async function placeFor(context: CliContext, base: string): Promise<string | undefined> {
  try {
    const { folders } = await homeOf(context);
    const folder = await makeFolder(join(folders.data, "bench"));
    const stamp = new Date()
      .toISOString()
      .replace(/\.\d+Z$/, "Z")
      .replaceAll(":", "");
    return join(folder, `${stamp}-${base.replace(/^https?:\/\//, "").replace(/[^\w.-]+/g, "_")}.json`);
  } catch (error) {
    return unkept(context, error);
  }
}

/** The whole answer, every request in it. */
async function keep(context: CliContext, path: string, answer: BenchAnswer): Promise<string | undefined> {
  try {
    await writeFile(path, JSON.stringify(answer));
    return path;
  } catch (error) {
    return unkept(context, error);
  }
}

function unkept(context: CliContext, error: unknown): undefined {
  context.note(`the result could not be kept: ${messageOf(error)}`);
}
