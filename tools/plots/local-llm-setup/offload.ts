import { paint, panelsChart, type Panel, type Series } from "../../../src/draw/index.ts";
import { formatNumber, formatTokens } from "../../../src/facts/units/index.ts";
import type { OffloadQuestion } from "../../../src/plan/advise/index.ts";
import { expertsPlan, layersPlan } from "../../../src/plan/advise/offload-ladder.ts";
import { batchUse, chatUse } from "../../../src/plan/advise/offload-use.ts";
import { good, READING } from "../../../src/plan/fit/index.ts";
import type { Plot } from "../plot.ts";
import { asked, FACTS_DATE, shortName, SOURCE, type Asked } from "../question.ts";

/** One machine, and two models that are a little too large for its card: one leaves layers in RAM, one only experts. */
const RIG = { gpu: ["rtx-4080"], ram: "64GB:ddr5-6000" };
const MODELS = [
  { model: "Qwen3.6-27B", quant: "Q4_K_M", moves: "layers", colour: paint("s2") },
  { model: "Qwen3.6-35B-A3B", quant: "Q4_K_M", moves: "experts", colour: paint("s1") },
] as const;
const PROMPT = 1024;
const ANSWER = 256;
const JOBS = 1000;
/** parts of the layers that are looked at, for a chat and for a job */
const STEPS = 8;

interface Step {
  readonly inRam: number;
  readonly share: number;
  readonly flags: string;
  readonly chatFits: boolean;
  readonly tokensPerSec: number;
  readonly tokensLow: number;
  readonly tokensHigh: number;
  readonly batchFits: boolean;
  readonly jobsSeconds: number;
  readonly jobsLowSeconds: number;
  readonly jobsHighSeconds: number;
  readonly jobsAtATime: number;
}

interface Walked {
  readonly question: Asked;
  readonly moves: (typeof MODELS)[number]["moves"];
  readonly colour: string;
  readonly layers: number;
  readonly steps: readonly Step[];
}

export async function offloadPlot(): Promise<Plot> {
  const walked: Walked[] = [];
  for (const { model, quant, moves, colour } of MODELS) {
    const question = await asked(model, quant, RIG);
    const layers = question.request.geometry.layers.length;
    const steps = Array.from({ length: STEPS + 1 }, (_, step) =>
      stepAt(question, moves, layers, Math.round((step * layers) / STEPS)),
    );
    walked.push({ question, moves, colour, layers, steps });
  }
  const [dense, sparse] = walked;
  const text = {
    title: titleOf(dense!, sparse!),
    subtitle: `${shortName(dense!.question)} (layers) and ${shortName(sparse!.question)} (experts) on an RTX 4080 16 GB beside DDR5-6000`,
    description:
      "Two line plots over the share of a model's layers, or of its layers' experts, that lies in RAM: tokens per second of a chat with the line where reading outpaces it, and minutes to finish a thousand jobs.",
    notes: [
      `Dotted: the card cannot hold the rest. Prompts of ${formatTokens(PROMPT)} and answers of ${ANSWER} tokens; a chat has 8k of context, numbers along the jobs say how many run at a time: more layers in RAM leave the card room for more caches, and that may pay. Q4_K_M; bands are 80%.`,
    ],
    source: SOURCE,
    date: FACTS_DATE,
    table: {
      columns: ["model", "in RAM", "chat, tok/s", "chat on the card", `${JOBS} jobs, minutes`, "jobs at a time"],
      rows: walked.flatMap(({ question, moves, layers, steps }) =>
        steps.map((step) => [
          question.weights.facts.name,
          `${moves} of ${step.inRam} of ${layers} layers`,
          formatNumber(step.tokensPerSec),
          step.chatFits ? "fits" : "does not fit",
          formatNumber(step.jobsSeconds / 60),
          String(step.jobsAtATime),
        ]),
      ),
    },
  };
  const x = {
    label: "share of the layers in RAM",
    scale: "linear" as const,
    domain: [0, 1] as const,
    ticks: [0, 0.25, 0.5, 0.75, 1],
    format: (value: number) => `${formatNumber(value * 100)}%`,
  };
  const panels: Panel[] = [
    {
      title: "A chat",
      x,
      y: {
        label: "tokens per second",
        scale: "log",
        domain: [2, 200],
        ticks: [2, 5, 10, 20, 50, 100, 200],
        format: (value) => formatNumber(value),
      },
      series: walked.flatMap((one) => chatSeries(one)),
      rules: [{ axis: "y", at: READING.decodePerSec, label: "reading pace", shade: "below" }],
    },
    {
      title: `${JOBS} jobs`,
      x,
      y: {
        label: "minutes",
        scale: "log",
        domain: [5, 300],
        ticks: [5, 10, 20, 50, 100, 200],
        format: (value) => formatNumber(value),
      },
      series: walked.flatMap((one) => jobSeries(one)),
    },
  ];
  return {
    name: "offload",
    svg: (theme) => panelsChart({ text, panels, columns: 2, plotHeight: 250 }, theme),
    data: {
      schema: "loadout/plot/1",
      plot: "offload",
      title: text.title,
      description: text.description,
      source: text.source,
      date: text.date,
      notes: text.notes,
      loadouts: walked.map(({ question: { loadout } }) => ({
        ...loadout,
        ask: loadout.ask.replace("loadout fit", "loadout offload"),
      })),
      rows: walked.flatMap(({ question, moves, steps }) =>
        steps.map((step) => ({ loadout: question.loadout.id, moves, ...step })),
      ),
    },
  };
}

function stepAt({ request }: Asked, moves: Walked["moves"], layers: number, inRam: number): Step {
  const asking: OffloadQuestion = { request, promptTokens: PROMPT, answerTokens: ANSWER, jobs: JOBS, targets: READING };
  const { placement, flags } = moves === "layers" ? layersPlan(inRam, layers) : expertsPlan(inRam, layers);
  const chat = chatUse(asking, placement);
  const batch = batchUse(asking, placement);
  if (!chat.decode || !batch.seconds) throw new Error("no pace is known of this machine");
  return {
    inRam,
    share: inRam / layers,
    flags: flags.join(" "),
    chatFits: good(chat.now.verdict),
    tokensPerSec: chat.decode.tokensPerSec,
    tokensLow: chat.decode.low,
    tokensHigh: chat.decode.high,
    batchFits: good(batch.now.verdict),
    jobsSeconds: batch.seconds.value,
    jobsLowSeconds: batch.seconds.low,
    jobsHighSeconds: batch.seconds.high,
    jobsAtATime: batch.settings.sequences,
  };
}

function chatSeries(one: Walked): Series[] {
  return twoSeries(
    one,
    ({ chatFits }) => chatFits,
    ({ share, tokensPerSec, tokensLow, tokensHigh }) => ({
      x: share,
      y: tokensPerSec,
      low: tokensLow,
      high: tokensHigh,
    }),
  );
}

function jobSeries(one: Walked): Series[] {
  const { steps } = one;
  const point = (step: Step) => ({
    x: step.share,
    y: step.jobsSeconds / 60,
    low: step.jobsLowSeconds / 60,
    high: step.jobsHighSeconds / 60,
    ...(step.jobsAtATime === steps[steps.indexOf(step) - 1]?.jobsAtATime && step.inRam < one.layers
      ? {}
      : { label: String(step.jobsAtATime) }),
  });
  return twoSeries(one, ({ batchFits }) => batchFits, point, { mark: "dot" });
}

/** Dotted up to where the card holds the rest, solid from there. */
function twoSeries(
  { colour, steps, moves }: Walked,
  fits: (step: Step) => boolean,
  point: (step: Step) => Series["points"][number],
  marked: Pick<Series, "mark"> = {},
): Series[] {
  const first = steps.findIndex(fits);
  const from = first < 0 ? steps.length - 1 : first;
  const without = steps.slice(0, from + 1).map((step) => {
    const { x, y } = point(step);
    return { x, y };
  });
  return [
    ...(without.length > 1 ? [{ colour, points: without, line: "dotted" as const }] : []),
    { label: moves, colour, points: steps.slice(from).map(point), line: "solid", ...marked },
  ];
}

/** Both ways to leave half of a model in RAM, at the step between the ends. */
function titleOf(dense: Walked, sparse: Walked): string {
  const half = ({ steps }: Walked) => steps[STEPS / 2]!;
  return (
    `With half in RAM a chat runs at ${formatNumber(half(dense).tokensPerSec, 2)} tokens a second if it is layers, ` +
    `at ${formatNumber(half(sparse).tokensPerSec, 2)} if it is only experts`
  );
}
