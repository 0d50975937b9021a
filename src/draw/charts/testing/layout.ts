import { textWidth } from "../../svg/index.ts";
import type { Box } from "../../parts/index.ts";

/** A line of text as it stands in a picture, with the room that its letters may take. */
export interface PlacedText {
  readonly text: string;
  readonly box: Box;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** what is drawn; the table for screen readers is not */
  readonly texts: readonly PlacedText[];
  readonly numbers: readonly number[];
}

const ENTITIES: Readonly<Record<string, string>> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"' };

/** Reads a picture of this room back: places of its texts, and every number in an attribute. */
export function layoutOf(svg: string): Layout {
  const size = /viewBox="0 0 (\S+) (\S+)"/.exec(svg)!;
  const drawn = svg.slice(svg.indexOf('<g aria-hidden="true">'), svg.indexOf('<g role="table"'));
  const texts: PlacedText[] = [];
  const offsets: { x: number; y: number }[] = [];
  for (const match of drawn.matchAll(/<(\/?)(\w+)([^>]*?)(\/?)>/g)) {
    const [tag, closing, name, attributes, selfClosed] = match;
    if (name === "g" && closing === "/") offsets.pop();
    else if (name === "g" && selfClosed === "") {
      const moved = /translate\(([^,]+),([^)]+)\)/.exec(attributes!);
      const before = offsets.at(-1) ?? { x: 0, y: 0 };
      offsets.push({ x: before.x + Number(moved?.[1] ?? 0), y: before.y + Number(moved?.[2] ?? 0) });
    } else if (name === "text" && closing === "")
      texts.push(textOf(drawn, match.index + tag.length, attributes!, offsets.at(-1)!));
  }
  return {
    width: Number(size[1]),
    height: Number(size[2]),
    texts,
    numbers: [...svg.matchAll(/(?:NaN|Infinity|-?\d+(?:\.\d+)?)/g)].map(([text]) => Number(text)),
  };
}

function textOf(drawn: string, from: number, attributes: string, offset: { x: number; y: number }): PlacedText {
  const number = (name: string) => Number(new RegExp(` ${name}="([^"]+)"`).exec(attributes)?.[1]);
  const text = drawn.slice(from, drawn.indexOf("</text>", from)).replace(/&\w+;/g, (entity) => ENTITIES[entity]!);
  const size = number("font-size");
  const width = textWidth(text, size, attributes.includes("font-weight"));
  const anchor = /text-anchor="(\w+)"/.exec(attributes)?.[1] ?? "start";
  const x = offset.x + number("x") - (anchor === "end" ? width : anchor === "middle" ? width / 2 : 0);
  // letters without their ascenders' and descenders' air
  return { text, box: { x, y: offset.y + number("y") - size * 0.75, width, height: size * 0.8 } };
}
