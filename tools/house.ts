// The rules of the house, checked: imports go one way (a room only from rooms above it, a folder only from folders before
// it), and the pure rooms touch neither clock nor network nor files nor chance. Usage: node tools/house.ts [ROOT]
import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative, sep } from "node:path";

/** Rooms in order, with their folders in order. A folder may import from itself, from folders before it and from rooms above. */
const HOUSE: Record<string, readonly string[]> = {
  facts: ["errors", "units", "weights", "model", "recipe", "hardware", "runtime", "quality"],
  predict: ["estimate", "memory", "speed", "serving", "training"],
  plan: ["fit", "search", "rank", "explain", "advise", "command", "reconcile", "answer", "ask"],
  draw: ["svg", "parts", "charts", "answers"],
  run: ["home", "source", "fetch", "probe", "engine", "receipt", "client", "bench", "gateway", "web", "batch", "tune"],
  show: ["report", "cli"],
};
const PURE = new Set(["facts", "predict", "plan", "draw"]);
const ROOMS = Object.keys(HOUSE);

/** What a pure room must not name: the clock, chance, the network, the process, timers, the console. */
const IMPURE =
  /\b(Date|Math\.random|performance|fetch|XMLHttpRequest|WebSocket|process|globalThis|setTimeout|setInterval|setImmediate|queueMicrotask|console|crypto|require|Buffer)\b(?!\s*:)/g;

export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
}

export function checkHouse(root: string): Violation[] {
  const violations: Violation[] = [];
  const source = join(root, "src");
  for (const file of globSync("**/*.ts", { cwd: source }).sort()) {
    if (file.endsWith(".test.ts") || file.endsWith(".d.ts")) continue;
    const text = readFileSync(join(source, file), "utf8");
    const say = (line: number, rule: string) => violations.push({ file: join("src", file), line, rule });
    const [room, folder] = place(file);
    if (room !== undefined && !ROOMS.includes(room)) say(1, `there is no room "${room}"`);
    if (room !== undefined && folder !== undefined && ROOMS.includes(room) && !HOUSE[room]!.includes(folder)) {
      if (HOUSE[room]!.length > 0) say(1, `room "${room}" has no folder "${folder}"`);
    }
    checkImports(file, text, say);
    if (room !== undefined && PURE.has(room)) checkPurity(text, say);
  }
  return violations;
}

function checkImports(file: string, text: string, say: (line: number, rule: string) => void): void {
  const [room, folder] = place(file);
  const pattern = /(?:\bfrom\s*|\bimport\s*\(?\s*)["']([^"']+)["']/g;
  for (const match of text.matchAll(pattern)) {
    const target = match[1]!;
    const line = text.slice(0, match.index).split("\n").length;
    if (!target.startsWith(".")) {
      if (room !== undefined && PURE.has(room) && !target.startsWith("d3-"))
        say(line, `a pure room imports "${target}"`);
      continue;
    }
    const path = normalize(join(dirname(file), target));
    const outside = path.startsWith("..");
    if (outside) {
      if (!/^\.\.[/\\]data[/\\]/.test(path)) say(line, `imports "${target}" from outside src and data`);
      continue;
    }
    if (room === undefined) continue; // src/index.ts imports every room
    const [toRoom, toFolder] = place(path);
    if (toRoom === undefined) say(line, `room "${room}" imports "${target}", which stands above the rooms`);
    else if (ROOMS.indexOf(toRoom) > ROOMS.indexOf(room)) say(line, `room "${room}" imports from "${toRoom}" below it`);
    else if (toRoom === room && folder !== undefined) {
      const order = HOUSE[room]!;
      if (toFolder === undefined) say(line, `folder "${room}/${folder}" imports its room's index`);
      else if (order.indexOf(toFolder) > order.indexOf(folder))
        say(line, `folder "${room}/${folder}" imports from "${room}/${toFolder}", written after it`);
    }
  }
}

function checkPurity(text: string, say: (line: number, rule: string) => void): void {
  const code = withoutCommentsAndStrings(text);
  for (const match of code.matchAll(IMPURE)) {
    const line = code.slice(0, match.index).split("\n").length;
    say(line, `a pure room names ${match[1]}`);
  }
}

/** Blanks comments and the text of strings, keeping line breaks and `${...}`, so that words in prose do not count. */
function withoutCommentsAndStrings(text: string): string {
  const blank = (part: string) => part.replace(/[^\n]/g, " ");
  return text.replace(
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g,
    (part) =>
      part.startsWith("`")
        ? part
            .split(/(\$\{[^}]*\})/)
            .map((piece, index) => (index % 2 ? piece : blank(piece)))
            .join("")
        : blank(part),
  );
}

/** [room, folder] of a path below src; a file directly in a room has no folder. */
function place(file: string): [room: string | undefined, folder: string | undefined] {
  const parts = file.split(sep);
  return [parts.length > 1 ? parts[0] : undefined, parts.length > 2 ? parts[1] : undefined];
}

if (import.meta.main) {
  const root = process.argv[2] ?? join(import.meta.dirname, "..");
  const violations = checkHouse(root);
  for (const { file, line, rule } of violations) console.error(`${file}:${line}: ${rule}`);
  if (violations.length > 0) process.exit(1);
  console.log(`house: imports go one way, pure rooms are pure (${relative(process.cwd(), root) || "."})`);
}
