import type { Board } from "../../../../facts/hardware/boards/index.ts";
import type { CatalogRow } from "../../../../facts/hardware/index.ts";
import type { CardLimits } from "../question.ts";

/** One of the boring constraints, with its reason. A fact that is lacking is unknown, and unknown never passes. */
export interface Check {
  readonly key: CheckKey;
  readonly verdict: "passes" | "fails" | "unknown" | "mind";
  readonly because: string;
  /** where the rule or the figure is from */
  readonly source?: string;
  /** rests on a figure that no source was found for */
  readonly recalled?: true;
  /** a limit was given for it: then anything but "passes" leaves the device out */
  readonly asked?: true;
}

export type CheckKey =
  | "form"
  | "power"
  | "peaks"
  | "connectors"
  | "length"
  | "slots"
  | "cooling"
  | "noise"
  | "idle"
  | "heat"
  | "lanes"
  | "driver"
  | "price";

/** What checks look at. */
export interface Checked {
  readonly row: CatalogRow;
  readonly board: Board;
  /** of one, as labelled */
  readonly sizeBytes: number;
  readonly count: number;
  readonly limits: CardLimits;
}

/** Bought whole: it brings its own power supply, case and cooling. */
export function isWhole({ board, row }: Pick<Checked, "board" | "row">): boolean {
  return board.form === "machine" || board.form === "laptop" || row.class === "soc" || row.class === "laptop";
}

export const WHOLE = "a whole machine, with its own supply, case and cooling";

/** Does the device stay in? What was asked for has to pass, and nothing may fail. */
export function holds(checks: readonly Check[]): boolean {
  return checks.every(({ verdict, asked }) => verdict !== "fails" && (asked !== true || verdict === "passes"));
}

export function ask(given: unknown): { readonly asked?: true } {
  return given === undefined ? {} : { asked: true };
}

/** "2 x " before what counts for each of two. */
export function times(count: number): string {
  return count === 1 ? "" : `${count} x `;
}
