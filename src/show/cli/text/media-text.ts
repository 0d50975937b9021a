import { formatDuration, formatWhole } from "../../../facts/units/index.ts";
import type { FitAnswer } from "../../../plan/answer/index.ts";
import type { MediaFacts } from "../../../plan/fit/index.ts";
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

function eachText(
  count: number,
  { embeddings, marks, pieces }: NonNullable<MediaFacts["audio"] | MediaFacts["images"]>,
): string {
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
