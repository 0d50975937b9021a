import { EXIT, LoadoutError } from "../../../facts/errors/index.ts";
import { ANSWER_VERSION, FACTS_DATE, type ReportAnswer } from "../../../plan/answer/index.ts";
import { againstQuestion, needModel, type QuestionFlags } from "../../../plan/ask/flags/index.ts";
import { withAsking } from "../asking.ts";
import { guarded, type CliContext } from "../context.ts";
import { filesOf, writeReport } from "../report/files.ts";
import { reportDevices } from "../report/devices.ts";
import { reportLoadout } from "../report/loadout.ts";
import { withNames } from "../report/names.ts";
import { reportText } from "../text/report-text.ts";
import { VERSION } from "../version.ts";

interface ReportFlags extends QuestionFlags {
  readonly against?: readonly string[];
  readonly out?: string;
}

/** Columns that a page has room for. */
const MOST = 4;

/** `loadout report MODEL`; with `--against` several beside each other. */
export const report = guarded(async function (this: CliContext, flags: ReportFlags, model?: string) {
  const { against = [], out, ...own } = flags;
  const named = needModel(model, "report");
  if (against.length + 1 > MOST) throw new LoadoutError("report-too-many", { expected: MOST, got: against.length + 1 });
  // a wrong name is said before anything is computed
  const files = flags.json === true && out === undefined ? [] : filesOf(out);
  const questions = [{ model: named, flags: own }, ...against.map((text) => againstQuestion(text, named, own))];
  const loadouts = await withAsking(this, async (asking) => {
    const asked = [];
    for (const question of questions) asked.push(await reportLoadout(this, asking, question.flags, question.model));
    return asked;
  });
  const answer: ReportAnswer = {
    schema: ANSWER_VERSION,
    kind: "report",
    loadouts: withNames(loadouts),
    versions: { loadout: VERSION, facts: FACTS_DATE },
    devices: await reportDevices(loadouts),
    ...(files.length > 0 ? { files } : {}),
  };
  await writeReport(answer, files);
  this.out(flags.json ? JSON.stringify(answer, null, 2) : reportText(answer, this.outStyle));
  return EXIT.ok;
});
