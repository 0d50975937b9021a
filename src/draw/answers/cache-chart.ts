import { formatBytes, formatNumber, formatTokens } from "../../facts/units/index.ts";
import type { KvAnswer, KvPoint } from "../../plan/answer/index.ts";
import { DASHES, markAt, panelsChart, RULE_DASHES, type Series } from "../charts/index.ts";
import { lineSwatch, type Key } from "../parts/index.ts";
import { paint, type Theme } from "../svg/index.ts";
import { GIB, sourceOf } from "./source.ts";
import { logAxis } from "./ticks.ts";

/** KV cache and state against context, for one chat and for several, in two types; the chosen point among them. */
export function cacheChart(answer: KvAnswer, theme: Theme = "auto", width?: number): string {
  const { points, chosen, room, model, runtime } = answer;
  const contexts = [...new Set(points.map(({ context }) => context))];
  const counts = [...new Set(points.map(({ users }) => users))];
  const types = [...new Set(points.map(({ cacheType }) => cacheType))];
  const bytesOf = ({ kvBytes, stateBytes }: KvPoint) => kvBytes + stateBytes;
  const lineOf = (users: number, type: string) =>
    points.filter((point) => point.users === users && point.cacheType === type);
  const at = lineOf(chosen.users, chosen.cacheType).find(({ context }) => context === chosen.context);
  const series: Series[] = counts.flatMap((users, index) =>
    types.map((type, place): Series => {
      const name = users === 1 ? "1 chat" : `${users} chats`;
      return {
        ...(place === 0 ? { label: name } : {}),
        colour: paint(index === 0 ? "s1" : "s2"),
        line: place === 0 ? "solid" : "dashed",
        points: lineOf(users, type).map((point) => ({ x: point.context, y: bytesOf(point) / GIB })),
      };
    }),
  );
  if (at)
    series.push({
      colour: paint("ink"),
      mark: "diamond",
      points: [{ x: at.context, y: bytesOf(at) / GIB, label: formatBytes(bytesOf(at)) }],
    });
  const [first, last] = [contexts[0]!, contexts.at(-1)!];
  const all = points.map((point) => bytesOf(point) / GIB);
  const rule =
    room && room.bytes > 0 ? [{ axis: "y" as const, at: room.bytes / GIB, label: `left for it on ${room.label}` }] : [];
  const keys: Key[] = [
    ...types.map((type, place) => ({
      label: `cache in ${type}`,
      mark: lineSwatch(paint("soft"), place === 0 ? undefined : DASHES.dashed),
    })),
    { label: "as chosen", mark: (x, y) => markAt("diamond", x + 8, y, paint("ink")) },
    ...(rule.length > 0 ? [{ label: "what is left for it", mark: lineSwatch(paint("limit"), RULE_DASHES) }] : []),
  ];
  const text = {
    ...(width === undefined ? {} : { width }),
    title: titleOf(answer),
    subtitle: `KV cache and state of ${model.name} by context of each chat, GiB; both axes logarithmic`,
    description: `Lines of cache size against context from ${formatTokens(first)} to ${formatTokens(last)} tokens, for ${counts.join(" and ")} chats.`,
    ...sourceOf([runtime]),
    table: {
      columns: ["chats", "cache type", ...contexts.map((context) => formatTokens(context))],
      rows: counts.flatMap((users) =>
        types.map((type) => [String(users), type, ...lineOf(users, type).map((point) => formatBytes(bytesOf(point)))]),
      ),
    },
  };
  const panel = {
    x: {
      label: "context of each chat, tokens",
      scale: "log" as const,
      domain: [first, Math.max(last, first * 2)] as const,
      ticks: contexts.filter((context) => Number.isInteger(Math.log2(context)) || context === last),
      format: formatTokens,
    },
    y: {
      label: "GiB",
      scale: "log" as const,
      ...logAxis([...all, ...rule.map((line) => line.at)]),
      format: (value: number) => formatNumber(value),
    },
    series,
    rules: rule,
  };
  return panelsChart({ text, panels: [panel], keys, plotHeight: 230 }, theme);
}

/** What doubling the context does to the cache of the chosen chats, between the least and the longest that is drawn. */
function titleOf({ points, chosen }: KvAnswer): string {
  const line = points.filter(({ users, cacheType }) => users === chosen.users && cacheType === chosen.cacheType);
  const [first, last] = [line[0], line.at(-1)];
  if (!first || !last) return "The cache by context";
  const bytes = ({ kvBytes, stateBytes }: KvPoint) => kvBytes + stateBytes;
  if (bytes(first) === 0) return "This model keeps no cache";
  const chats = chosen.users === 1 ? "One chat" : `${chosen.users} chats`;
  const takes = chosen.users === 1 ? "takes" : "take";
  const times = formatNumber(bytes(last) / bytes(first));
  return `${chats} of ${formatTokens(last.context)} ${takes} ${formatBytes(bytes(last))}: ${times} times the cache of ${formatTokens(first.context)}`;
}
