import { NAPKIN } from "../examples.ts";
import { claim, given, type Page, table } from "../page.ts";

const EXPLAIN = NAPKIN.replace(" fit ", " explain ");

export const runtime: Page = {
  name: "4-runtime",
  values: async (ask) => {
    const fit = await ask.answer("fit", NAPKIN);
    const explained = await ask.answer("fit", EXPLAIN);
    const batch = await ask.answer("fit", `${EXPLAIN} --goal batch`);
    const programs = given(explained.programs, "programs").filter(({ runs }) => runs);
    const [first] = given(batch.programs, "programs");
    const best = given(first, "a program for batch");
    claim(programs[0]?.runtime === "llama.cpp", "one person: llama.cpp");
    claim(best.runtime !== "llama.cpp", "the question for a batch job reshuffles the list");
    claim(
      programs.some(({ runtime: id, retired }) => id === "tgi" && retired !== undefined),
      "TGI is kept running by those who have it",
    );
    const launch = given(fit.launch, "command");
    claim(launch.problems.length === 0 && launch.checkedAgainst === launch.build, "the flags were checked");
    return {
      model: fit.model.name,
      card: given(fit.rig.devices[0]?.name, "card"),
      one: table(
        ["runtime", "for it", "against it"],
        programs.map(({ title, version, strengths, costs, retired }) => [
          `${title} ${version}${retired === undefined ? "" : `, ${retired}`}`,
          strengths[0]?.says ?? "",
          costs[0]?.says ?? "",
        ]),
      ),
      "batch-first": best.title,
      "batch-because": capital(best.because),
      build: launch.build,
      launch: launch.line.replaceAll(/ (?=-(?:fa|ngl|-host) )/g, " \\\n  "),
      decisions: table(
        ["setting", "value", "because"],
        fit.decisions.map(({ setting, value, because }) => [setting, String(value), because]),
      ),
      explain: EXPLAIN,
      fit: NAPKIN,
    };
  },
};

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
