import { cacheChart } from "../../../draw/index.ts";
import { formatBytes, formatTokens } from "../../../facts/units/index.ts";
import type { KvPoint, ReportLoadout } from "../../../plan/answer/index.ts";
import { chart, heading, table, type Block } from "../document.ts";

/** The cache against context: what each further token costs, and where there is no room left. */
export function cacheBlocks({ kv }: ReportLoadout, level: 2 | 3): Block[] {
  if (!kv) return [];
  const { points, room } = kv;
  const contexts = [...new Set(points.map(({ context }) => context))];
  const nameOf = ({ users, cacheType }: KvPoint) => `${users === 1 ? "1 chat" : `${users} chats`}, ${cacheType}`;
  const lines = [...new Set(points.map(nameOf))];
  const at = (line: string, context: number) =>
    points.find((point) => nameOf(point) === line && point.context === context);
  return [
    heading(level, "Cache against context"),
    ...chart(cacheChart(kv)),
    ...table(
      "KV cache and state by context of each chat",
      ["context", ...lines.map((line) => `#${line}`)],
      contexts.map((context) => [
        formatTokens(context),
        ...lines.map((line) => {
          const point = at(line, context);
          return point ? formatBytes(point.kvBytes + point.stateBytes) : "-";
        }),
      ]),
    ),
    ...(room
      ? [
          {
            kind: "text" as const,
            soft: true,
            text: `With everything else as it is, ${formatBytes(room.bytes)} is left for it on ${room.label}; compute buffers grow with the context a little.`,
          },
        ]
      : []),
  ];
}
