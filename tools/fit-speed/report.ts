import { formatPercent } from "../../src/facts/units/index.ts";
import type { FitCase } from "../accuracy/speed/fit-case.ts";
import { type Band, devicesByDesign } from "./calibrate-bands.ts";
import { score } from "./statistics.ts";

type Filter = (one: FitCase) => boolean;

/** Medians by kind of row. */
export function scoresText(what: string, cases: readonly FitCase[], rates: readonly number[]): string {
  const devices = devicesByDesign(cases);
  const seen: Filter = ({ chip }) => (devices.get(chip.design)?.size ?? 0) > 1;
  const local: Filter = ({ conditions }) => conditions.program === "localscore";
  const dense: Filter = ({ load }) => load.expertBytes === 0;
  const groups: readonly (readonly [string, Filter])[] = [
    ["all", () => true],
    ["dense, design seen, no LocalScore", (one) => dense(one) && seen(one) && !local(one)],
    ["no LocalScore", (one) => !local(one)],
    ["experts", (one) => !dense(one)],
    ["LocalScore", local],
    ...["cuda", "rocm", "vulkan", "metal", "sycl"].map((backend): [string, Filter] => [
      backend,
      (one) => one.chip.backend === backend && !local(one),
    ]),
  ];
  const lines = groups.map(([name, filter]) => {
    const at = cases.flatMap((one, index) => (filter(one) ? [index] : []));
    const found = score(
      at.map((index) => cases[index]!),
      at.map((index) => rates[index]!),
    );
    return at.length === 0
      ? ""
      : `  ${name.padEnd(36)} ${String(found.rows).padStart(4)} rows ${String(found.devices).padStart(3)} devices  median ${formatPercent(found.rowMedian)} over rows, ${formatPercent(found.deviceMedian)} over devices, bias ${formatPercent(Math.expm1(found.bias), true)}`;
  });
  return [what, ...lines.filter((line) => line !== "")].join("\n");
}

export function bandsText(bands: readonly Band[]): string {
  const lines = bands.map(
    ({ name, halfWidth, rows, devices, nestedCoverage }) =>
      `  ${name.padEnd(28)} half-width ${halfWidth.toFixed(3)}  ${rows} rows ${devices} devices  holds ${formatPercent(nestedCoverage)} of devices left out`,
  );
  return ["80% bands", ...lines].join("\n");
}
