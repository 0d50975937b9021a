import { formatDuration, formatNumber, formatPace, formatPercent } from "../../../facts/units/index.ts";
import type { Target } from "../../../predict/serving/index.ts";
import { madePoints, type PointQuestion } from "./made-points.ts";
import { strain } from "./operating.ts";
import { type FrontierPoint, valueOf } from "./point.ts";
import { serverSettings } from "./settings.ts";

/** Settings that keep targets for so many people, or the nearest. */
export interface TargetSetting {
  readonly users: number;
  readonly targets: readonly (Target & { readonly valueMs?: number; readonly met: boolean })[];
  readonly met: boolean;
  readonly slots: number;
  readonly stepTokens: number;
  readonly point: FrontierPoint;
  /** why these settings, or how far the nearest are off */
  readonly because: string;
  /** tokens per second against the fastest setting of all, absent where this is it */
  readonly costs?: string;
}

const STEPS = [32, 64, 128, 256, 512, 1024, 2048];

/**
 * Of the settings that keep every target the one with the most tokens per second; where none does, the one whose worst target is the
 * least missed. Undefined where nothing fits or no pace is claimed.
 */
export function settingFor(question: PointQuestion, users: number): TargetSetting | undefined {
  const { targets } = question.load;
  const settings = serverSettings(question.request, question.engine, users, STEPS);
  const points = settings.flatMap((setting) =>
    madePoints(question, setting, users)
      .filter(({ origin }) => origin !== "predicted")
      .map((point) => ({ setting, point: { ...point, onFrontier: false } })),
  );
  if (points.length === 0) return undefined;
  const rate = ({ point }: (typeof points)[number]) => point.tokensPerSec.value;
  const fastest = points.reduce((best, one) => (rate(one) > rate(best) ? one : best));
  const keeping = points.filter(({ point }) => strain(point, targets) <= 1);
  const met = keeping.length > 0;
  const chosen = met
    ? keeping.reduce((best, one) => (rate(one) > rate(best) ? one : best))
    : points.reduce((best, one) => (strain(one.point, targets) < strain(best.point, targets) ? one : best));
  const results = targets.map((target) => {
    const valueMs = valueOf(chosen.point, target);
    return { ...target, ...(valueMs === undefined ? {} : { valueMs }), met: (valueMs ?? Infinity) <= target.limitMs };
  });
  const { slots, stepTokens } = chosen.setting;
  const missed = results
    .filter((result) => !result.met)
    .map(({ metric, percent, limitMs, valueMs }) => {
      const value = valueMs === undefined ? "unknown" : formatDuration(valueMs);
      return `${metric} p${formatNumber(percent)} is ${value}, wanted ${formatDuration(limitMs)}`;
    });
  const of = `of ${points.length} settings`;
  const share = rate(chosen) / rate(fastest);
  return {
    users,
    targets: results,
    met,
    slots,
    stepTokens,
    point: chosen.point,
    because: met
      ? `most tokens ${of}, ${keeping.length} of which keep the target`
      : `none of ${points.length} settings keeps the target; nearest: ${missed.join(", ")}`,
    ...(share < SAME
      ? {
          costs:
            `${formatPercent(1 - share)} of the tokens that ${fastest.setting.slots} slots with steps of ` +
            `${fastest.setting.stepTokens} would make (${formatPace(rate(fastest))})`,
        }
      : {}),
  };
}

const SAME = 0.995;
