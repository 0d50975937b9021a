import { overlap, placed, spread, type Axis, type Box } from "../parts/index.ts";
import { element, paint, SIZE, textAt, textWidth, type Element } from "../svg/index.ts";
import { MARK_RADIUS } from "./marks.ts";
import type { Rule, Series } from "./panel.ts";

/** Where a plot lies, pixels. */
export type PlotArea = Box;

const HEIGHT = 14;
/** Letters stay readable where a line runs behind them. */
const HALO = {
  stroke: paint("paper"),
  "stroke-width": 3,
  "stroke-linejoin": "round",
  "paint-order": "stroke",
} as const;

/** Names of series in a column behind the plot, each as high as its line ends and none over another. */
export function endLabels(series: readonly Series[], x: Axis, y: Axis, plot: PlotArea, gap: number): Element[] {
  const named = series.flatMap(({ label, points, colour }) => {
    const last = points.at(-1);
    return label === undefined || last === undefined ? [] : [{ label, colour, endX: x.at(last.x), endY: y.at(last.y) }];
  });
  const low = plot.y + 4;
  const places = spread(
    named.map(({ endY }) => endY),
    HEIGHT,
    low,
    plot.y + plot.height,
  );
  const right = plot.x + plot.width;
  return named.flatMap(({ label, colour, endX, endY }, index) => {
    const place = places[index];
    if (place === undefined) return [];
    const leads = Math.abs(place - endY) > 4 || right - endX > gap;
    return [
      ...(leads
        ? [
            element("line", {
              x1: endX,
              y1: endY,
              x2: right + gap - 2,
              y2: place,
              stroke: colour,
              "stroke-opacity": 0.6,
            }),
          ]
        : []),
      textAt(right + gap, place + 4, label, { size: SIZE.small }),
    ];
  });
}

/** What a limit is, beside its line at the end where no series is in the way, if there is such an end. */
export function ruleLabels(
  rules: readonly Rule[],
  series: readonly Series[],
  x: Axis,
  y: Axis,
  plot: PlotArea,
): { readonly elements: readonly Element[]; readonly boxes: readonly Box[] } {
  const boxes: Box[] = [];
  const paths = series.flatMap((one) => along(one, x, y));
  const elements = rules.flatMap(({ axis, at, label, colour = paint("limit") }) => {
    if (label === undefined) return [];
    const width = textWidth(label, SIZE.small);
    const [right, bottom] = [plot.x + plot.width, plot.y + plot.height];
    const tries: Box[] =
      axis === "y"
        ? [1, 0, 0.5, 0.75, 0.25, 0.875, 0.125].flatMap((share) =>
            [y.at(at) - HEIGHT - 1, y.at(at) + 2].map((top) => ({
              x: plot.x + 5 + share * (plot.width - width - 10),
              y: top,
              width,
              height: HEIGHT,
            })),
          )
        : [0, 1, 0.5, 0.25, 0.75]
            .map((share) => plot.y + 4 + share * (plot.height - HEIGHT - 8))
            .flatMap((top) =>
              [x.at(at) + 5, x.at(at) - width - 5].map((left) => ({ x: left, y: top, width, height: HEIGHT })),
            );
    const fits = tries.filter(
      (box) => box.x >= plot.x && box.x + box.width <= right && box.y >= plot.y - 1 && box.y + box.height <= bottom + 1,
    );
    const free = fits.filter((box) => !boxes.some((other) => overlap(other, box)));
    const crossed = (box: Box) => paths.filter((dot) => overlap(dot, box)).length;
    const best = free.toSorted((one, other) => crossed(one) - crossed(other))[0];
    if (!best) return [];
    boxes.push(best);
    return [textAt(best.x, best.y + HEIGHT - 3, label, { size: SIZE.small, fill: colour }, HALO)];
  });
  return { elements, boxes };
}

/** Labels of single points; one that finds no room is left to the table. */
export function pointLabels(
  series: readonly Series[],
  x: Axis,
  y: Axis,
  plot: PlotArea,
  taken: readonly Box[],
): Element[] {
  const labelled = series.flatMap(({ points }) =>
    points.flatMap((point) =>
      point.label === undefined ? [] : [{ label: point.label, x: x.at(point.x), y: y.at(point.y) }],
    ),
  );
  const dots = series.flatMap((one) => [
    ...(one.line === undefined ? [] : along(one, x, y)),
    ...(one.mark === undefined ? [] : boxesOf(one, x, y)),
  ]);
  const boxes = placed(
    labelled.map((each) => ({
      x: each.x,
      y: each.y,
      width: textWidth(each.label, SIZE.small),
      height: HEIGHT,
      away: MARK_RADIUS + 3,
    })),
    [...taken, ...dots],
    plot,
  );
  return labelled.flatMap(({ label }, index) => {
    const box = boxes[index];
    return box ? [textAt(box.x, box.y + HEIGHT - 3, label, { size: SIZE.small }, HALO)] : [];
  });
}

function boxesOf({ points }: Series, x: Axis, y: Axis): Box[] {
  const [size, half] = [2 * MARK_RADIUS, MARK_RADIUS];
  return points.map((point) => ({ x: x.at(point.x) - half, y: y.at(point.y) - half, width: size, height: size }));
}

/** Small boxes along a line, close enough that no label slips between them. */
function along({ points, line, mark }: Series, x: Axis, y: Axis): Box[] {
  if (line === undefined && mark === undefined) return [];
  return points.flatMap((point, index) => {
    const before = points[Math.max(0, index - 1)]!;
    const [fromX, fromY, toX, toY] = [x.at(before.x), y.at(before.y), x.at(point.x), y.at(point.y)];
    const steps = line === undefined ? 1 : Math.max(1, Math.ceil(Math.hypot(toX - fromX, toY - fromY) / 5));
    return Array.from({ length: steps }, (_, step): Box => {
      const share = (step + 1) / steps;
      return { x: fromX + (toX - fromX) * share - 1, y: fromY + (toY - fromY) * share - 1, width: 2, height: 2 };
    });
  });
}
