import { signal } from "@preact/signals";

/** What draws, loaded when the first chart comes in sight. */
export const charts = () => import("../../../src/draw/answers/index.ts");

/** Below so many pixels charts are made as narrow as the window; above they are as wide as `draw` makes them. */
const NARROW = 680;
const PADDING = 32;

/** Width of charts, pixels; undefined: the usual one. */
export const chartWidth = signal(widthNow());

window.addEventListener("resize", () => {
  chartWidth.value = widthNow();
});

function widthNow(): number | undefined {
  return window.innerWidth < NARROW ? Math.max(300, window.innerWidth - PADDING) : undefined;
}
