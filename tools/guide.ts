// Writes the guide: the prose of tools/guide/pages with every number, table and command's answer filled in by the code that
// answers the command line. Rigs are written by hand, so the text is the same on every machine; nothing is fetched.
// Usage: node tools/guide.ts [--check]
//   --check writes nothing and fails where a page on disk says something else, or a file there belongs to no page.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { makeGuide } from "./guide/make.ts";

const FOLDER = join(import.meta.dirname, "../docs/guide");

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
  const pages = await makeGuide();
  if (!values.check) {
    mkdirSync(FOLDER, { recursive: true });
    for (const { file, text } of pages) {
      writeFileSync(join(FOLDER, file), text);
      console.log(`docs/guide/${file}`);
    }
    return;
  }
  const files = new Set(pages.map(({ file }) => file));
  const wrong = [
    ...pages.filter(({ file, text }) => onDisk(file) !== text).map(({ file }) => `docs/guide/${file} differs`),
    ...readdirSync(FOLDER)
      .filter((file) => !files.has(file))
      .map((file) => `docs/guide/${file} is no page`),
  ];
  for (const line of wrong) console.error(line);
  if (wrong.length === 0) return console.log(`guide: ${pages.length} pages say what the code answers`);
  console.error("guide: run npm run guide, read what changed, and commit it");
  process.exitCode = 1;
}

function onDisk(file: string): string | undefined {
  try {
    return readFileSync(join(FOLDER, file), "utf8");
  } catch {
    return undefined;
  }
}

await main();
