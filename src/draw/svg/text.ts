import { element, type Attributes, type Element } from "./element.ts";
import { paint } from "./paint.ts";

/** Faces that systems have; figures of one width keep columns straight. */
export const FONT = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue','Liberation Sans',Arial,sans-serif";

/**
 * Widths of letters as shares of the size, by how wide they are in the usual sans-serif faces. Where text must not run into
 * something it is better to think it too wide: the widest of the usual faces (DejaVu Sans, Verdana) are a tenth above Arial, and a fifth where
 * they are bold.
 */
const WIDTHS: readonly (readonly [letters: RegExp, width: number])[] = [
  [/[iljI.,:;'|!’]/, 0.3],
  [/[ ftr()/[\]"*-]/, 0.38],
  [/[mwMW%@&]/, 0.92],
  [/[A-HJ-LN-VX-Z]/, 0.7],
];
const USUAL_WIDTH = 0.6;
const BOLD = 1.2;

export function textWidth(text: string, size: number, bold = false): number {
  let width = 0;
  for (const letter of text) width += WIDTHS.find(([letters]) => letters.test(letter))?.[1] ?? USUAL_WIDTH;
  return width * size * (bold ? BOLD : 1);
}

export interface TextStyle {
  readonly size?: number;
  readonly bold?: boolean;
  readonly fill?: string;
  readonly anchor?: "start" | "middle" | "end";
}

export const SIZE = { title: 17, text: 12, small: 11 } as const;

/** One line; `y` is its base line. */
export function textAt(x: number, y: number, text: string, style: TextStyle = {}, more: Attributes = {}): Element {
  const { size = SIZE.text, bold = false, fill = paint("ink"), anchor = "start" } = style;
  const attributes = {
    x,
    y,
    "font-size": size,
    ...(bold ? { "font-weight": 600 } : {}),
    ...(anchor === "start" ? {} : { "text-anchor": anchor }),
    fill,
    ...more,
  };
  return element("text", attributes, [text]);
}

/** Words in lines no wider than `width` pixels; a word that is wider alone stands alone. */
export function wrapped(text: string, width: number, size: number, bold = false): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && textWidth(`${last} ${word}`, size, bold) <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** As much of a line as `width` pixels hold, the rest left out at its end. */
export function fitted(text: string, width: number, size: number, bold = false): string {
  if (textWidth(text, size, bold) <= width) return text;
  const letters = Array.from(text);
  while (letters.length > 0 && textWidth(`${letters.join("")}…`, size, bold) > width) letters.pop();
  return `${letters.join("")}…`;
}
