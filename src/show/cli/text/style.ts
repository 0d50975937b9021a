import { styleText } from "node:util";

type Format = Parameters<typeof styleText>[0];

/** Colours for one stream: only on a terminal, and never under NO_COLOR. */
export interface Style {
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly good: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly bad: (text: string) => string;
}

export function styleFor(stream: { isTTY?: boolean }, env: Record<string, string | undefined>): Style {
  const on = stream.isTTY === true && !env["NO_COLOR"] && env["TERM"] !== "dumb";
  const paint = (format: Format) => (text: string) => (on ? styleText(format, text, { validateStream: false }) : text);
  return { strong: paint("bold"), faint: paint("dim"), good: paint("green"), warn: paint("yellow"), bad: paint("red") };
}
