import { element, round, type Element } from "./element.ts";
import { CHART_CLASS, colourIn, paintOf, styleSheet, type PaintName, type Theme } from "./paint.ts";

/** A picture as text, the same bytes for the same picture. */
export function writeSvg(root: Element, theme: Theme = "auto"): string {
  if (theme !== "auto") return `${written(root, theme, 0)}\n`;
  const fills = new Set<PaintName>();
  const strokes = new Set<PaintName>();
  collect(root, fills, strokes);
  const style = element("style", {}, [`\n${styleSheet(fills, strokes)}\n`]);
  const children = [...root.children];
  // behind title and description, which readers want first
  children.splice(2, 0, style);
  return `${written({ ...root, attributes: { ...root.attributes, class: CHART_CLASS }, children }, theme, 0)}\n`;
}

function collect({ attributes, children }: Element, fills: Set<PaintName>, strokes: Set<PaintName>): void {
  const fill = paintOf(attributes["fill"]);
  const stroke = paintOf(attributes["stroke"]);
  if (fill) fills.add(fill);
  if (stroke) strokes.add(stroke);
  for (const child of children) if (typeof child !== "string") collect(child, fills, strokes);
}

function written({ name, attributes, children }: Element, theme: Theme, depth: number): string {
  const classes = typeof attributes["class"] === "string" ? [attributes["class"]] : [];
  const said = Object.entries(attributes).flatMap(([key, value]) => {
    if (value === undefined || key === "class") return [];
    const painted = paintOf(value);
    if (painted === undefined)
      return [` ${key}="${escaped(typeof value === "number" ? String(round(value)) : value)}"`];
    if (theme === "auto") classes.push(`${key === "stroke" ? "k" : "f"}-${painted}`);
    return [` ${key}="${colourIn(painted, theme)}"`];
  });
  if (classes.length > 0) said.push(` class="${classes.join(" ")}"`);
  const open = `<${name}${said.join("")}`;
  if (children.length === 0) return `${open}/>`;
  // space between elements inside a line of text would be drawn
  const inLine = name === "text" || children.some((child) => typeof child === "string");
  const inner = children.map((child) =>
    typeof child === "string"
      ? name === "style"
        ? child
        : escaped(child)
      : `${inLine ? "" : `\n${" ".repeat(depth + 1)}`}${written(child, theme, depth + 1)}`,
  );
  return `${open}>${inner.join("")}${inLine ? "" : `\n${" ".repeat(depth)}`}</${name}>`;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escaped(text: string): string {
  // characters that no XML may hold, whatever wrote them
  // oxlint-disable-next-line eslint/no-control-regex
  const allowed = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, "\ufffd");
  return allowed.replace(/[&<>"]/g, (character) => ENTITIES[character]!);
}
