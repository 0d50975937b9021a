// What a first visit to the page loads, compressed as a server would: fails above the budget. Usage: node tools/page-size.ts [DIR]
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const BUDGET_BYTES = { code: 120_000, data: 250_000 } as const;

const folder = process.argv[2] ?? join(import.meta.dirname, "../dist/page");
const texts = new Map(
  readdirSync(join(folder, "assets")).map((name) => [name, readFileSync(join(folder, "assets", name), "utf8")]),
);
const page = readFileSync(join(folder, "index.html"), "utf8");

/** Files of the first visit: what the page names, what those import, and the workers they start, but not what is imported later. */
const first = new Set<string>();
const follow = (text: string, dynamic: boolean): void => {
  for (const [name, other] of texts) {
    if (first.has(name) || !text.includes(name)) continue;
    if (!dynamic && !isLoaded(text, name)) continue;
    first.add(name);
    follow(other, false);
  }
};
follow(page, true);
// the first answer needs the catalogs and rigs written by hand
const FIRST_ANSWER = /^(?:catalog|by-hand|geometry-from-row|search|file-type-table)-/;
for (const [name, text] of texts) {
  if (!FIRST_ANSWER.test(name) || first.has(name)) continue;
  first.add(name);
  follow(text, false);
}

const sizes = [...first]
  .map((name) => ({
    name,
    kind: name.startsWith("catalog-") ? ("data" as const) : ("code" as const),
    bytes: gzipSync(texts.get(name)!, { level: 9 }).length,
  }))
  .toSorted((one, other) => other.bytes - one.bytes);
const total = (kind: "code" | "data") => sizes.reduce((sum, row) => sum + (row.kind === kind ? row.bytes : 0), 0);
const later = [...texts].filter(([name]) => !first.has(name));
for (const { name, kind, bytes } of sizes) console.log(`${String(bytes).padStart(8)}  ${kind}  ${name}`);
const code = total("code") + gzipSync(page, { level: 9 }).length;
const data = total("data");
const laterBytes = later.reduce((sum, [, text]) => sum + gzipSync(text, { level: 9 }).length, 0);
console.log(
  `first visit, gzip: script and styles ${code} of ${BUDGET_BYTES.code} bytes, data ${data} of ${BUDGET_BYTES.data}`,
);
console.log(`loaded later: ${laterBytes} bytes in ${later.length} files`);
if (code > BUDGET_BYTES.code || data > BUDGET_BYTES.data) process.exitCode = 1;

/** Imported when the file is loaded, or started as a worker; not behind `import(...)`. */
function isLoaded(text: string, name: string): boolean {
  const at = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?:from|import)\\s*["'\`]\\./${at}|new URL\\([^)]*${at}|Worker\\([^)]*${at}`).test(text);
}
