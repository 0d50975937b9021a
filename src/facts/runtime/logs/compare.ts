import { BUFFER_TERMS, type BufferTerm } from "./fact.ts";
import type { LoggedTerm } from "./log.ts";
import { bufferPlace } from "./place.ts";
import { printMiB } from "./print.ts";

/** Predicted memory of one place, under the engine's own name for its buffers there. */
export interface PredictedPlace {
  readonly label: string;
  readonly terms: Readonly<Partial<Record<BufferTerm, number>>>;
}

/** One term, predicted beside what the engine printed. */
export interface TermComparison {
  /** "host", or the engine's device name */
  readonly device: string;
  readonly term: BufferTerm;
  /** absent: not predicted */
  readonly predictedBytes?: number;
  /** absent: the engine printed no such buffer */
  readonly actualBytes?: number;
  /** predicted minus actual where both are there; 0 where the digits agree, since below them nothing is known */
  readonly residualBytes?: number;
  /** the engine's digits: "92.10", or several lines as "6.00 + 15.00" */
  readonly printed?: string;
  /** equal at every digit printed; nothing predicted and nothing printed are equal too */
  readonly equal: boolean;
}

/** Sets a prediction against a log, term by term, at the precision of the print. */
export function compareMemory(predicted: readonly PredictedPlace[], actual: readonly LoggedTerm[]): TermComparison[] {
  const expected = new Map<string, { device: string; term: BufferTerm; bytes: number }>();
  for (const place of predicted) {
    const { device } = bufferPlace(place.label);
    for (const term of BUFFER_TERMS) {
      const bytes = place.terms[term];
      if (bytes === undefined) continue;
      const key = `${device} ${term}`;
      expected.set(key, { device, term, bytes: (expected.get(key)?.bytes ?? 0) + bytes });
    }
  }
  const rows: TermComparison[] = [];
  const seen = new Set<string>();
  for (const logged of actual) {
    const key = `${logged.device} ${logged.term}`;
    seen.add(key);
    const bytes = expected.get(key)?.bytes;
    const equal = printsAs(bytes ?? 0, logged);
    rows.push({
      device: logged.device,
      term: logged.term,
      ...(bytes === undefined ? {} : { predictedBytes: bytes, residualBytes: equal ? 0 : bytes - logged.bytes }),
      actualBytes: logged.bytes,
      printed: logged.sizes.map((size) => size.printed).join(" + "),
      equal,
    });
  }
  for (const [key, { device, term, bytes }] of expected) {
    if (seen.has(key)) continue;
    rows.push({ device, term, predictedBytes: bytes, equal: bytes === 0 });
  }
  return rows;
}

/** One line: the digits must be the same. Several lines were rounded one by one, so their sum is an interval. */
function printsAs(bytes: number, logged: LoggedTerm): boolean {
  const [only, ...more] = logged.sizes;
  if (only === undefined) return bytes === 0;
  if (more.length === 0) return printMiB(bytes, decimals(only.printed)) === only.printed;
  const slack = logged.sizes.reduce((total, { printed }) => total + 0.5 * 10 ** -decimals(printed), 0);
  const sum = logged.sizes.reduce((total, { printed }) => total + Number(printed), 0);
  return Math.abs(bytes / 2 ** 20 - sum) <= slack + 1e-9;
}

function decimals(printed: string): number {
  return printed.length - 1 - printed.indexOf(".");
}
