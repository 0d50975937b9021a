import { formatBytes, formatExactBytes } from "../../../src/facts/units/index.ts";
import type { TermResidual } from "../../../src/plan/answer/index.ts";
import { Wide } from "./wide.tsx";

interface ResidualsProps {
  readonly caption: string;
  readonly terms: readonly TermResidual[];
  readonly receipt: number | undefined;
}

/** Each term of memory: predicted above, actual below, and the difference in words. */
export function Residuals({ caption, terms, receipt }: ResidualsProps) {
  const most = Math.max(1, ...terms.flatMap(({ predictedBytes, actualBytes = 0 }) => [predictedBytes, actualBytes]));
  const width = (bytes: number) => `${((bytes / most) * 100).toFixed(2)}%`;
  return (
    <Wide name="Memory by term">
      <table class="live-residuals">
        <caption>
          {caption}
          {receipt === undefined ? null : (
            <>
              ; kept as <code>loadout receipts {receipt}</code>
            </>
          )}
        </caption>
        <thead>
          <tr>
            <th scope="col">Place, term</th>
            <th scope="col" class="live-bars" aria-hidden="true" />
            <th scope="col" class="number-column live-as-predicted">
              Predicted
            </th>
            <th scope="col" class="number-column live-as-measured">
              Actual
            </th>
            <th scope="col" class="number-column">
              Difference
            </th>
          </tr>
        </thead>
        <tbody>
          {terms.map(({ place, term, predictedBytes, actualBytes, printedMiB, residualBytes, exact }) => (
            <tr key={`${place}/${term}`}>
              <th scope="row">
                {place}, {term}
              </th>
              <td class="live-bars" aria-hidden="true">
                <i style={{ width: width(predictedBytes) }} />
                {actualBytes === undefined ? null : <b style={{ width: width(actualBytes) }} />}
              </td>
              <td class="number-column" title={formatExactBytes(predictedBytes)}>
                {formatBytes(predictedBytes)}
              </td>
              <td class="number-column" title={actualBytes === undefined ? undefined : formatExactBytes(actualBytes)}>
                {actualOf(actualBytes, printedMiB)}
              </td>
              <td class="number-column">{differenceOf(residualBytes, exact)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

/** In the engine's own digits where it printed one number: below them nothing is known. */
function actualOf(actualBytes: number | undefined, printedMiB: string | undefined): string {
  if (actualBytes === undefined) return "not said";
  return printedMiB === undefined || printedMiB.includes("+") ? formatBytes(actualBytes) : `${printedMiB} MiB`;
}

/** Predicted minus actual; equal at every digit the engine printed is exact. */
export function differenceOf(residualBytes: number | undefined, exact: boolean | undefined): string {
  if (exact === true) return "exact";
  if (residualBytes === undefined) return "";
  return `${residualBytes > 0 ? "+" : "-"}${formatBytes(Math.abs(residualBytes))}`;
}
