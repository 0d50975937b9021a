import {
  formatBytes,
  formatDuration,
  formatNumber,
  formatPace,
  formatPaceBand,
  formatTokens,
} from "../../../facts/units/index.ts";
import { fitSentence, type FitAnswer } from "../../../plan/answer/index.ts";
import { good, type VerdictWord } from "../../../plan/fit/index.ts";
import { table, type Block, type Figure, type Tone } from "../document.ts";

export function toneOf(verdict: VerdictWord): Tone {
  return verdict === "fits" ? "good" : verdict === "does not fit" ? "bad" : "warn";
}

/** Does it fit, the figures that are asked for first, and what would help. */
export function verdictBlocks(fit: FitAnswer): Block[] {
  const { verdict, rejected } = fit;
  return [
    { kind: "figures", figures: figuresOf(fit) },
    rejected
      ? {
          kind: "text",
          tone: "bad",
          text: `The engine refuses these settings: ${rejected.reason}. ${rejected.because}`,
        }
      : { kind: "text", text: fitSentence(fit) },
    ...placesOf(fit),
    ...afterClosing(fit),
    ...table(
      good(verdict.now.verdict) ? "What would help" : "What would make it fit",
      ["change", "comes to", "#saves", "#decode", "flags"],
      fit.wouldFit.map(({ change, flags, verdict: then, savedBytes, decodePerSec }) => [
        change,
        then,
        savedBytes > 0 ? formatBytes(savedBytes) : "-",
        decodePerSec === undefined ? "-" : formatPace(decodePerSec),
        flags,
      ]),
    ),
  ];
}

function figuresOf({ verdict, rejected, memory, speed, longestContext, mostUsers, model }: FitAnswer): Figure[] {
  const word = rejected ? "is refused" : verdict.now.verdict;
  const [least] = verdict.now.places.toSorted((one, other) => one.margin - other.margin);
  const room =
    least === undefined
      ? ""
      : least.margin < 0 && !good(least.verdict)
        ? `${formatBytes(-least.margin)} short on ${least.label}`
        : `${formatBytes(least.margin + (least.margin < 0 ? (least.dropped ?? 0) : 0))} to spare on ${least.label}`;
  return [
    { label: "verdict", value: word, note: room, tone: rejected ? "bad" : toneOf(verdict.now.verdict) },
    ...(memory ? [{ label: "memory", value: formatBytes(memory.value), note: "everything, on all places" }] : []),
    ...(speed.decode
      ? [
          {
            label: "decode",
            value: formatPace(speed.decode.tokensPerSec),
            note: `80% band ${formatPaceBand(speed.decode.low, speed.decode.high)}`,
          },
        ]
      : []),
    ...(speed.documents
      ? [
          {
            label: `${speed.documents.what} a second`,
            value: formatNumber(speed.documents.perSec.value),
            note: `of ${formatTokens(speed.documents.tokens)} tokens each`,
          },
        ]
      : []),
    ...(speed.firstTokenMs
      ? [
          {
            label: "first token",
            value: formatDuration(speed.firstTokenMs.value),
            note: `after a prompt of ${formatTokens(speed.promptTokens)} tokens`,
          },
        ]
      : []),
    ...(longestContext === undefined
      ? []
      : [
          {
            label: "longest context",
            value: formatTokens(longestContext),
            note: longestContext === model.contextLength ? "all it was trained for" : "with these settings",
          },
        ]),
    ...(mostUsers === undefined
      ? []
      : [{ label: "most users", value: String(mostUsers), note: "each with the context chosen" }]),
  ];
}

function placesOf({ verdict, rig }: FitAnswer): Block[] {
  return table(
    "Why: need against what there is",
    ["place", "device", "verdict", "#needs", "#at least", "#at most", "#has", "#left"],
    verdict.now.places.map((place) => [
      place.label,
      place.place === "host" ? "RAM" : (rig.devices[place.place]?.name ?? "-"),
      place.verdict,
      formatBytes(place.need),
      formatBytes(place.needLow),
      formatBytes(place.needHigh),
      `${formatBytes(place.have)}${place.whole ? "" : " free"}`,
      formatBytes(place.margin),
    ]),
  );
}

function afterClosing({ verdict: { now, afterClosing: then } }: FitAnswer): Block[] {
  const more = then.marginBytes - now.marginBytes;
  if (!(more > 0)) return [];
  const text = `After closing other programs, with ${formatBytes(more)} more, it ${then.verdict}.`;
  return [{ kind: "text", soft: true, text }];
}
