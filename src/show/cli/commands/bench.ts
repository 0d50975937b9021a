import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EXIT, LoadoutError } from "../../../facts/errors/index.ts";
import type { BenchAnswer } from "../../../plan/answer/index.ts";
import { makeFolder, messageOf } from "../../../run/home/index.ts";
import { csvOf } from "../bench/csv.ts";
import { type BenchFlags, toolOf } from "../bench/flags.ts";
import { BenchSession } from "../bench/session.ts";
import { type CliContext, guarded } from "../context.ts";
import { homeOf } from "../machine.ts";
import { benchText } from "../text/bench-text.ts";
import { progressFor } from "../text/progress.ts";

/** `loadout bench URL` */
export const bench = guarded(async function (this: CliContext, flags: BenchFlags, typed: string) {
  const tool = toolOf(flags.as);
  const progress = progressFor(this);
  const session = await BenchSession.open(this, flags, typed, progress);
  try {
    const answer = await session.measure(tool);
    const stored = await keep(this, answer);
    const whole: BenchAnswer = { ...answer, ...(stored === undefined ? {} : { stored }) };
    if (flags.csv !== undefined) await writeFile(flags.csv, csvOf(whole)).catch(unwritable(flags.csv));
    progress.done();
    this.out(flags.json ? JSON.stringify(whole, null, 2) : benchText(whole, this.outStyle));
    const missed = whole.points.some(({ summary }) => summary.goodput && !summary.goodput.met);
    return missed && whole.points.length === 1 ? EXIT.no : EXIT.ok;
  } finally {
    progress.done();
  }
});

/** The whole answer, every request in it, in the data folder; undefined where that cannot be written, which is said. */
async function keep(context: CliContext, answer: BenchAnswer): Promise<string | undefined> {
  try {
    const { folders } = await homeOf(context);
    const folder = await makeFolder(join(folders.data, "bench"));
    const stamp = new Date()
      .toISOString()
      .replace(/\.\d+Z$/, "Z")
      .replaceAll(":", "");
    const path = join(
      folder,
      `${stamp}-${answer.endpoint.base.replace(/^https?:\/\//, "").replace(/[^\w.-]+/g, "_")}.json`,
    );
    await writeFile(path, JSON.stringify(answer));
    return path;
  } catch (error) {
    context.note(`the result could not be kept: ${messageOf(error)}`);
    return undefined;
  }
}

function unwritable(path: string) {
  return (error: unknown): never => {
    throw new LoadoutError("file-unwritable", { path, got: messageOf(error) }, { cause: error });
  };
}
