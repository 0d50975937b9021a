import { paceChart } from "../../../draw/index.ts";
import {
  formatDuration,
  formatFileBytes,
  formatNumber,
  formatPace,
  formatPaceBand,
  formatPercent,
  formatRate,
  formatTokens,
} from "../../../facts/units/index.ts";
import type { DocumentFacts, FitAnswer, ReportLoadout } from "../../../plan/answer/index.ts";
import type { Pace } from "../../../predict/speed/index.ts";
import { chart, heading, table, type Block } from "../document.ts";

/** Paces with bands, and what a person waits for. */
export function paceBlocks({ name, fit }: ReportLoadout, level: 2 | 3): Block[] {
  const { speed } = fit;
  if (speed.documents) return [heading(level, "Pace"), ...documentBlocks(speed.documents)];
  if (!speed.decode || !speed.prefill)
    return [heading(level, "Pace"), { kind: "text", text: speed.unknown ?? "No pace is known." }];
  return [
    heading(level, "Pace"),
    ...chart(paceChart([{ name, answer: fit }])),
    ...table("Pace of tokens, with 80% bands", ["what", "#pace", "#band", "limit", "from"], paceRows(fit)),
    ...table("Waiting, with 80% bands", ["for", "#time", "#band", "when"], waitRows(fit)),
    ...(fit.verdict.now.verdict === "does not fit"
      ? [{ kind: "text" as const, soft: true, text: "Paces are those it would have if it found room." }]
      : []),
    ...guesses(fit),
  ];
}

/** Of a model that makes vectors or scores of texts. */
function documentBlocks({ what, tokens, perSec, eachMs, reading, together }: DocumentFacts): Block[] {
  const texts = ({ value, low, high }: DocumentFacts["perSec"]) => [
    `${formatNumber(value)} ${what}/s`,
    `${formatNumber(low)} to ${formatNumber(high)} ${what}/s`,
  ];
  return table(
    `Texts of ${formatTokens(tokens)} tokens, with 80% bands`,
    ["what", "#pace", "#band"],
    [
      [`${what} one after the other`, ...texts(perSec)],
      ...(together ? [[`${together.perStep} in a step`, ...texts(together.perSec)]] : []),
      ["one alone", formatDuration(eachMs.value), `${formatDuration(eachMs.low)} to ${formatDuration(eachMs.high)}`],
      ["read", formatPace(reading.tokensPerSec), formatPaceBand(reading.low, reading.high)],
    ],
  );
}

function paceRows({ speed, decisions }: FitAnswer): string[][] {
  const users = Number(decisions.find(({ setting }) => setting === "users")?.value ?? 1);
  const row = (label: string, pace: Pace, limit = "the bandwidth") => [
    label,
    formatPace(pace.tokensPerSec),
    formatPaceBand(pace.low, pace.high),
    `${pace.bound}, ${formatPercent(pace.shareOfLimit)} of ${limit}`,
    pace.provenance,
  ];
  const { each } = speed;
  return [
    ...(speed.decode ? [row("decode, empty context", speed.decode)] : []),
    ...(speed.decodeFull ? [row("decode, context full", speed.decodeFull)] : []),
    ...(each
      ? [
          row(`decode, each of ${users}`, each),
          [
            `decode, ${users} together`,
            formatPace(each.tokensPerSec * users),
            formatPaceBand(each.low * users, each.high * users),
            "their contexts full",
            each.provenance,
          ],
        ]
      : []),
    ...(speed.prefill
      ? [row("prefill", speed.prefill, speed.promptTokens === 1 ? "the bandwidth" : "the compute rate")]
      : []),
  ];
}

function waitRows({ speed, coldLoad, model }: FitAnswer): string[][] {
  const time = ({ value, low, high }: NonNullable<FitAnswer["speed"]["firstTokenMs"]>) => [
    formatDuration(value),
    `${formatDuration(low)} to ${formatDuration(high)}`,
  ];
  const prompt = `a prompt of ${formatTokens(speed.promptTokens)} tokens`;
  const { cached, firstTokenMs, endMs, answerTokens = 0 } = speed;
  return [
    ...(firstTokenMs ? [["first token", ...time(firstTokenMs), `${prompt}, nothing cached`]] : []),
    ...(cached
      ? [["first token", ...time(cached.firstTokenMs), `${prompt}, ${formatPercent(cached.share)} of it cached`]]
      : []),
    ...(endMs ? [["last token", ...time(endMs), `of an answer of ${formatTokens(answerTokens)} tokens`]] : []),
    ...(coldLoad
      ? [
          [
            "cold load",
            formatDuration(coldLoad.ms),
            "",
            `${formatFileBytes(model.fileBytes)} read once at ${formatRate(coldLoad.bytesPerSec)} (${coldLoad.source})`,
          ],
        ]
      : []),
  ];
}

/** Decoding with guesses ahead, where it was asked about. */
function guesses({ speed: { speculation } }: FitAnswer): Block[] {
  if (!speculation) return [];
  return table(
    "With guesses ahead",
    ["streams", "#without", "#with", "#band"],
    speculation.rows.map(({ streams, plain, decode }) => [
      String(streams),
      formatPace(plain.tokensPerSec),
      formatPace(decode.tokensPerSec),
      formatPaceBand(decode.low, decode.high),
    ]),
  );
}
