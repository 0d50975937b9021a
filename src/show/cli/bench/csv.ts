import type { BenchAnswer } from "../../../plan/answer/index.ts";

const CSV_COLUMNS = [
  "side",
  "point",
  "id",
  "session",
  "turn",
  "scheduledMs",
  "sentMs",
  "firstMs",
  "endMs",
  "promptTokens",
  "cachedTokens",
  "outputTokens",
  "outcome",
  "error",
] as const;

/** A line a request (RFC 4180), times from the start of its point. */
export function csvOf(answer: BenchAnswer): string {
  const sides = [answer.points, ...(answer.compared ? [answer.compared.points] : [])];
  const rows = sides.flatMap((points, side) =>
    points.flatMap((point, index) =>
      point.requests.map((request) => {
        const cells: Record<string, unknown> = { ...request, side, point: index };
        return CSV_COLUMNS.map((column) => cell(cells[column])).join(",");
      }),
    ),
  );
  return `${[CSV_COLUMNS.join(","), ...rows].join("\r\n")}\r\n`;
}

function cell(value: unknown): string {
  const text = typeof value === "number" || typeof value === "string" ? String(value) : "";
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
