import { paint, type Panel, type Series } from "../../../src/draw/index.ts";
import { formatNumber } from "../../../src/facts/units/index.ts";
import { READING } from "../../../src/plan/fit/index.ts";
import type { MeasuredPoint } from "../plot.ts";

/** Runs of other models on other machines: a plot of their own below, with what had been predicted of each. */
export function receiptPanels(points: readonly MeasuredPoint[]): Panel[] {
  if (points.length === 0) return [];
  const predicted = points.flatMap(({ predicted: said }) => said ?? []);
  const paces = [
    ...predicted.flatMap(({ low, high }) => [low, high]),
    ...points.map(({ outputPerSec }) => outputPerSec),
  ];
  const waits = [...predicted.map(({ perSec }) => 1000 / perSec), ...points.map(({ msPerToken }) => msPerToken)];
  const number = (value: number) => formatNumber(value);
  const models = [...new Set(points.flatMap(({ on }) => on?.model ?? []))];
  const series = models.flatMap((model, index): Series[] => {
    const colour = COLOURS[index % COLOURS.length]!;
    const own = points.filter(({ on }) => on?.model === model);
    const name = shortened(model);
    const said = own.flatMap(({ predicted: before }) => before ?? []);
    return [
      {
        colour,
        mark: "ring",
        points: said.map(({ perSec, low, high }) => ({ x: 1000 / perSec, y: perSec, low, high, label: name })),
      },
      {
        colour,
        mark: "square",
        points: own.map(({ msPerToken: at, outputPerSec, streams }) => ({
          x: at,
          y: outputPerSec,
          label: `${name} (${streams})`,
        })),
      },
    ];
  });
  const machines = [...new Set(points.flatMap(({ on }) => on?.machine ?? []))];
  const only = machines.length === 1 ? machines[0] : undefined;
  const axis = (label: string, values: readonly number[]): Panel["x"] => {
    const domain = around(values);
    const ticks = TICKS.filter((tick) => tick >= domain[0] && tick <= domain[1]);
    return { label, scale: "log", domain, ticks, format: number };
  };
  const x = axis("milliseconds between two tokens of one user", waits);
  const reading = 1000 / READING.decodePerSec;
  return [
    {
      title: only !== undefined && only.length <= 50 ? `Receipts: ${only}` : `Receipts of ${machines.length} machines`,
      x,
      y: axis("tokens a second, all users; rings: as it was predicted, with 80% bands", paces),
      series,
      rules: reading > x.domain[1] ? [] : [{ axis: "x", at: reading, label: "reading pace", shade: "above" }],
      height: 170,
    },
  ];
}

const COLOURS = [paint("s3"), paint("s6")] as const;
const TICKS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];

/** A little more than the values take, so that marks stand free of the edges. */
function around(values: readonly number[]): readonly [number, number] {
  return [Math.min(...values) / 1.4, Math.max(...values) * 1.4];
}

/** Names in files may be whole sentences. */
function shortened(name: string): string {
  return name.split(" ").slice(0, 2).join(" ");
}
