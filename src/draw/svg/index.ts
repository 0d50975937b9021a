export { element, group, moved, type Element } from "./element.ts";
export { colourIn, paint, SERIES, type PaintName, type Theme } from "./paint.ts";
export { fitted, FONT, SIZE, textAt, textWidth, wrapped } from "./text.ts";
export { writeSvg } from "./write.ts";
