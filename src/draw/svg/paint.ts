/** What a colour is for. Attributes name one as `paint("ink")`; which colour it is depends on the theme. */
export type PaintName = keyof typeof LIGHT;

/** Series in the order in which they are handed out. */
export const SERIES = ["s1", "s2", "s3", "s4", "s5", "s6"] as const satisfies readonly PaintName[];

/**
 * After Okabe and Ito (2008), whose colours are told apart with any kind of colour vision; darkened on white and lightened on
 * black so that each stands out from the ground by 3 to 1 at least, which is what graphics need to be seen.
 */
const LIGHT = {
  paper: "#ffffff",
  ink: "#1b1f24",
  soft: "#59626d",
  grid: "#e3e6ea",
  axis: "#8a939e",
  s1: "#0067a6",
  s2: "#c94f00",
  s3: "#00875f",
  s4: "#b0568b",
  s5: "#2b95d4",
  s6: "#a87400",
  limit: "#b3261e",
  good: "#cfe6f5",
  tight: "#fbe3b4",
  none: "#f1f2f4",
} as const;

const DARK: Readonly<Record<PaintName, string>> = {
  paper: "#14171a",
  ink: "#eceff2",
  soft: "#a3adb8",
  grid: "#2b3138",
  axis: "#6c7681",
  s1: "#4aa8e8",
  s2: "#ff8a3c",
  s3: "#2fbf8f",
  s4: "#e08fbd",
  s5: "#8fd0f7",
  s6: "#e8b53f",
  limit: "#ff7b72",
  good: "#173f5a",
  tight: "#5a4308",
  none: "#1e2328",
};

const THEMES = { light: LIGHT, dark: DARK } as const;

/** "auto" follows the reader's system; the others are for pictures that cannot. */
export type Theme = "auto" | keyof typeof THEMES;

const MARK = "$";

export function paint(name: PaintName): string {
  return MARK + name;
}

export function paintOf(value: string | number | undefined): PaintName | undefined {
  if (typeof value !== "string" || !value.startsWith(MARK)) return undefined;
  const name = value.slice(MARK.length);
  return isPaint(name) ? name : undefined;
}

function isPaint(name: string): name is PaintName {
  return name in LIGHT;
}

/** As an attribute says it: what a style does not reach, and readers without styles, see the light colour. */
export function colourIn(name: PaintName, theme: Theme): string {
  return THEMES[theme === "auto" ? "light" : theme][name];
}

/** Class and variables of every chart; a page may set the variables, or the theme by `data-theme` above the picture. */
export const CHART_CLASS = "loadout-chart";

export function styleSheet(fills: ReadonlySet<PaintName>, strokes: ReadonlySet<PaintName>): string {
  const used = Object.keys(LIGHT).filter((name) => isPaint(name) && (fills.has(name) || strokes.has(name)));
  const variables = (theme: "light" | "dark") =>
    used.map((name) => `--${name}:${isPaint(name) ? THEMES[theme][name] : ""}`).join(";");
  const rules = [
    ...[...fills].sort().map((name) => `.${CHART_CLASS} .f-${name}{fill:var(--${name})}`),
    ...[...strokes].sort().map((name) => `.${CHART_CLASS} .k-${name}{stroke:var(--${name})}`),
  ];
  return [
    `.${CHART_CLASS}{max-width:100%;height:auto;${variables("light")}}`,
    `@media (prefers-color-scheme:dark){.${CHART_CLASS}{${variables("dark")}}}`,
    `[data-theme=light] .${CHART_CLASS}{${variables("light")}}`,
    `[data-theme=dark] .${CHART_CLASS}{${variables("dark")}}`,
    ...rules,
  ].join("\n");
}
