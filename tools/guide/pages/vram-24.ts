import { formatBytes, formatTokens } from "../../../src/facts/units/index.ts";
import type { RankingAnswer } from "../../../src/plan/answer/index.ts";
import { chart } from "../charts.ts";
import { given, type Page, table } from "../page.ts";

const ASK = "loadout fit --vram 24GB";
type Cell = NonNullable<RankingAnswer["worked"]>["rows"][number]["cells"][number];

export const vram24: Page = {
  name: "24gb",
  values: async (ask) => {
    const answer = await ask.answer("ranking", ASK);
    const { rows, words } = given(answer.worked, "worked example");
    const heads = given(rows[0], "best model").cells.map(({ context, users }) => `${users} x ${formatTokens(context)}`);
    const eight = given(rows[0]?.cells[0], "first field");
    const sum = given(
      words.find((line) => line.includes("GiB of weights")),
      "sum of the first row",
    );
    return {
      vram: formatBytes(given(answer.rig.devices[0]?.totalBytes, "memory of the card")),
      command: ASK,
      counts: `${answer.counts.fit} of ${answer.counts.models} models fit`,
      shown: String(rows.length),
      worked: table(
        ["model", ...heads, "one user up to", "users"],
        rows.map(({ name, cells, longestContext, mostUsers }) => [
          name,
          ...cells.map(cellText),
          longestContext === undefined ? "-" : `${Math.floor(longestContext / 1024)}k`,
          mostUsers === undefined ? "-" : String(mostUsers),
        ]),
        [heads.length + 1, heads.length + 2],
      ),
      legend: [
        "An apostrophe: with a cache in q8_0.",
        "*tight*: fits, but a desktop that takes more than usual breaks it.",
        "*-*: does not fit whole.",
        "*n/a*: longer than the model was trained for.",
        `The last two columns: the context of one user alone, and users with ${formatTokens(eight.context)} each, both in the first column's file type.`,
      ].join(" "),
      words: words
        .filter((line) => line !== sum)
        .map((line) => `- ${line}`)
        .join("\n"),
      sum: `> ${sum}`,
      chart: chart("fits-24gb"),
      assumptions: answer.assumptions.map((line) => `- ${line}`).join("\n"),
      because: answer.because.map((line) => `1. ${line}`).join("\n"),
    };
  },
};

function cellText({ chosen, beyondTraining }: Cell): string {
  if (beyondTraining) return "n/a";
  if (!chosen) return "-";
  const text = `${chosen.fileType}${chosen.cacheType === "q8_0" ? "'" : ""}`;
  return chosen.verdict === "tight" ? `${text} *tight*` : text;
}
