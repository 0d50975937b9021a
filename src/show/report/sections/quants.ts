import { quantChart } from "../../../draw/index.ts";
import { formatFileBytes, formatNumber, formatPace } from "../../../facts/units/index.ts";
import type { ReportLoadout } from "../../../plan/answer/index.ts";
import { chart, heading, table, type Block } from "../document.ts";

/** The same model in its usual file types on the same rig. */
export function quantBlocks({ quants }: ReportLoadout, level: 2 | 3): Block[] {
  if (!quants) return [];
  const rows = quants.rows
    .filter(({ kind, usual }) => kind === "gguf" && usual)
    .toSorted((one, other) => other.bytes - one.bytes);
  return [
    heading(level, "Other quantizations"),
    ...chart(quantChart(quants)),
    ...table(
      "Usual file types",
      ["file type", "#size", "#bits a weight", "verdict", "#decode", "#prefill"],
      rows.map(({ scheme, bytes, bitsPerWeight, memory, decode, prefill }) => [
        scheme,
        formatFileBytes(bytes),
        formatNumber(bitsPerWeight),
        memory?.verdict ?? "-",
        decode ? formatPace(decode.tokensPerSec) : "-",
        prefill ? formatPace(prefill.tokensPerSec) : "-",
      ]),
    ),
    ...quants.choices.flatMap((choice): Block[] => [
      { kind: "text", text: `Take ${choice.scheme} with ${choice.runtime} for ${choice.for}:` },
      { kind: "list", items: choice.because },
    ]),
  ];
}
