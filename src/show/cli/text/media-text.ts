import { formatDuration, formatWhole } from "../../../facts/units/index.ts";
import type { FitAnswer } from "../../../plan/answer/index.ts";
import type { MediaFacts } from "../../../plan/fit/index.ts";
import { hanging, workingLines } from "./explain-tree.ts";
import { columns, wrap } from "./layout.ts";
import type { Style } from "./style.ts";

/** What each request brings besides text. */
export function mediaText({ media }: FitAnswer, style: Style): string[] {
  if (media === undefined) return [];
  const { images, audio, encodeMs } = media;
  const most = media.bound ? "at most " : "";
  const rows = [
    ...(images
      ? [
          [
            `  ${images.count} ${images.count === 1 ? "image" : "images"} of ${images.width}x${images.height}`,
            `${most}${formatWhole(images.count * (images.embeddings + images.marks))} tokens`,
            style.faint(eachText(images.count, images)),
          ],
        ]
      : []),
    ...(audio
      ? [
          [
            `  ${formatDuration(audio.seconds * 1000)} of sound`,
            `${most}${formatWhole(audio.embeddings + audio.marks)} tokens`,
            style.faint(eachText(1, audio)),
          ],
        ]
      : []),
    ...(encodeMs
      ? [
          [
            "  until they are tokens",
            formatDuration(encodeMs.value),
            style.faint(`${formatDuration(encodeMs.low)} to ${formatDuration(encodeMs.high)}`),
          ],
        ]
      : []),
  ];
  return [
    "",
    style.strong("images and sound of a request"),
    ...columns(rows, [1]),
    ...wrap(`  ${projectorWords(media)}`).map(style.faint),
    ...media.because.flatMap((text) => wrap(`  ${text}`)).map(style.faint),
  ];
}

/** The same as arithmetic. */
export function explainMedia({ media }: FitAnswer, style: Style): string[] {
  if (media === undefined) return [];
  const { images, audio, encodeMs } = media;
  const sums = [...(images ? [sumText(images.count, images)] : []), ...(audio ? [sumText(1, audio)] : [])];
  return [
    "",
    style.strong("images and sound of a request"),
    ...hanging(`tokens: ${formatWhole(media.tokens)} tokens${media.bound ? " at most" : ""}`, "  "),
    ...(sums.length > 0 ? hanging(`= ${sums.join(" + ")}`, "    ").map(style.faint) : []),
    ...media.because.flatMap((text) => hanging(text, "    ")).map(style.faint),
    ...hanging(projectorWords(media), "    ").map(style.faint),
    ...(encodeMs
      ? [
          ...hanging(
            `until they are tokens: ${formatDuration(encodeMs.value)}, from ${formatDuration(encodeMs.low)} to ${formatDuration(encodeMs.high)}`,
            "  ",
          ),
          ...workingLines(encodeMs, "    ", style),
          ...hanging(
            "patches pass the encoder's layers as tokens of a prompt do that see each other; the one published time that was found lies at 3.6 times the middle, within the band, which is twice as wide as a prompt's",
            "    ",
          ).map(style.faint),
        ]
      : []),
  ];
}

function sumText(count: number, { embeddings, marks }: Pieces): string {
  const each = marks > 0 ? `(${embeddings} + ${marks} [marks])` : `${embeddings}`;
  return count === 1 ? `${each} tokens` : `${count} x ${each} tokens`;
}

type Pieces = NonNullable<MediaFacts["audio"] | MediaFacts["images"]>;

function eachText(count: number, { embeddings, marks, pieces }: Pieces): string {
  const parts = [
    count > 1 ? `${formatWhole(embeddings + marks)} each` : "",
    marks > 0 ? `${marks} of them marks` : "",
    pieces > 1 ? `in ${pieces} pieces` : "",
  ];
  return parts.filter(Boolean).join(", ");
}

function projectorWords({ projector }: MediaFacts): string {
  const { name, kinds, source, place } = projector;
  const kind = kinds.length === 0 ? "" : ` (${kinds.join(", ")})`;
  const where = place === "host" ? "on the processor" : "on the device";
  return `read by ${name}${kind}, ${where}; from ${source}`;
}
