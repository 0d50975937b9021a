import { formatDuration, formatNumber, formatPace, formatPercent } from "../../../src/facts/units/index.ts";
import type { FrontierAnswer } from "../../../src/plan/answer/index.ts";
import { chart, chartRows } from "../charts.ts";
import { claim, given, type Page, table } from "../page.ts";

const ASK = "loadout frontier qwen3-8b:Q8_0 --gpu rtx-3090";
/** Longest gap that keeps a reader content, by the goals' own limit. */
const CAP_MS = 30;
const ENGINE = "llama.cpp";
type Point = FrontierAnswer["points"][number];

export const throughput: Page = {
  name: "5-throughput",
  values: async (ask) => {
    const answer = await ask.answer("frontier", ASK);
    const { points, operating, asked } = answer;
    const simulated = points.filter(({ origin }) => origin.startsWith("simulated"));
    const most = Math.max(...simulated.map(({ knobs }) => knobs.users));
    const steps = simulated.filter(({ knobs }) => knobs.users === most && knobs.slots === most);
    const long = given(byPace(steps), "longest step");
    const step = given(long.knobs.stepTokens, "tokens of a step");
    const byUsers = [...new Set(simulated.map(({ knobs }) => knobs.users))].map((users) =>
      given(byPace(simulated.filter(({ knobs }) => knobs.users === users)), `point of ${users} users`),
    );
    const [one] = byUsers;
    const first = given(one, "point of one user");
    claim(first.knobs.users === 1, "from one user");
    claim(long.tokensPerSec.value > first.tokensPerSec.value, "every request makes the machine more productive");
    const at = (name: string) =>
      given(points[given(operating.find((each) => each.name === name)?.point ?? undefined, name)], name);
    const [chat, batch] = [at("interactive"), at("batch")];
    const miss = missOf(chartRows("throughput-latency-frontier"));
    const within = steps.filter(({ gapMs }) => gapMs.p95.value <= CAP_MS);
    return {
      model: answer.model.name,
      "file-type": answer.model.quantization,
      card: given(answer.rig.devices[0]?.name, "card"),
      prompt: asked.prompt,
      output: asked.output,
      most: String(most),
      users: pointTable(byUsers, "users", ({ knobs }) => knobs.users),
      gain: formatNumber(long.tokensPerSec.value / first.tokensPerSec.value, 2),
      slowdown: formatNumber(first.eachTokensPerSec.value / long.eachTokensPerSec.value, 2),
      chart: chart("throughput-latency-frontier"),
      ...miss,
      "big-step": String(step),
      steps: pointTable(steps, "tokens a step", ({ knobs }) => knobs.stepTokens ?? 0),
      "cap-words":
        within.length === 0
          ? `With so many at once no step here keeps nineteen gaps in twenty below ${CAP_MS} ms: that takes fewer users, too.`
          : `Here that is a step of ${within.map(({ knobs }) => knobs.stepTokens).join(" or ")}.`,
      "batch-users": String(batch.knobs.users),
      "batch-step": String(batch.knobs.stepTokens),
      "batch-all": formatPace(batch.tokensPerSec.value),
      "batch-ratio": formatNumber(batch.tokensPerSec.value / chat.tokensPerSec.value, 2),
      "chat-users": String(chat.knobs.users),
      "chat-all": formatPace(chat.tokensPerSec.value),
      command: ASK,
    };
  },
};

/** Where the chart's line of llama.cpp lies beside what was measured, with the most users that its line and its points share. */
function missOf(rows: readonly Readonly<Record<string, unknown>>[]): Readonly<Record<string, string>> {
  const users = 8;
  const of = (from: string, streams: number) =>
    Number(
      rows.find(
        (row) =>
          row["engine"] === ENGINE && row["from"] === from && row["streams"] === streams && row["goal"] === undefined,
      )?.["outputPerSec"],
    );
  const [measured, predicted] = [of("published", users), of("predicted", users)];
  const [measuredGain, predictedGain] = [measured / of("published", 1), predicted / of("predicted", 1)];
  claim(measured < predicted && measuredGain < predictedGain, "company paid less than the line says");
  return {
    "miss-users": String(users),
    "miss-engine": ENGINE,
    "miss-measured": formatPace(measured),
    "miss-predicted": formatPace(predicted),
    "measured-gain": formatNumber(measuredGain, 2),
    "predicted-gain": formatNumber(predictedGain, 2),
  };
}

function byPace(points: readonly Point[]): Point | undefined {
  return points.toSorted((a, b) => b.tokensPerSec.value - a.tokensPerSec.value)[0];
}

function pointTable(points: readonly Point[], head: string, of: (point: Point) => number): string {
  return table(
    [head, "first token, p95", "gap, p95", "each, tok/s", "all, tok/s", "80% band", "of the limit"],
    points
      .toSorted((a, b) => of(a) - of(b))
      .map((point) => [
        String(of(point)),
        formatDuration(point.ttftMs.p95.value),
        formatDuration(point.gapMs.p95.value),
        formatNumber(point.eachTokensPerSec.value),
        formatNumber(point.tokensPerSec.value),
        `${formatNumber(point.tokensPerSec.low)} to ${formatNumber(point.tokensPerSec.high)}`,
        point.shareOfLimit === undefined ? "unknown" : formatPercent(point.shareOfLimit),
      ]),
    [0, 1, 2, 3, 4, 5, 6],
  );
}
