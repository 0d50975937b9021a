import { writeFile } from "node:fs/promises";
import { LoadoutError } from "../../../facts/errors/index.ts";
import type { ReportAnswer } from "../../../plan/answer/index.ts";
import { messageOf } from "../../../run/home/index.ts";
import { reportHtml, reportMarkdown } from "../../report/index.ts";

const USUAL = "loadout-report";
const WRITERS: Readonly<Record<string, (report: ReportAnswer) => string>> = {
  ".html": reportHtml,
  ".md": reportMarkdown,
};

/** Files that a name asks for: with an ending that one, without one both. */
export function filesOf(out: string = USUAL): string[] {
  const ending = /\.[^./\\\s]*$/.exec(out)?.[0];
  if (out === "" || /[/\\]$/.test(out)) throw new LoadoutError("report-file", { got: out });
  if (ending === undefined) return Object.keys(WRITERS).map((each) => out + each);
  if (!Object.hasOwn(WRITERS, ending.toLowerCase())) throw new LoadoutError("report-file", { got: out });
  return [out];
}

export async function writeReport(report: ReportAnswer, files: readonly string[]): Promise<void> {
  for (const path of files) {
    const ending = /\.[^.]*$/.exec(path)![0].toLowerCase();
    const text = WRITERS[ending]!(report);
    await writeFile(path, text).catch((error: unknown) => {
      throw new LoadoutError("report-unwritable", { path, problem: messageOf(error) }, { cause: error });
    });
  }
}
