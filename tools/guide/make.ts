import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openAsker } from "./ask.ts";
import { fill } from "./fill.ts";
import { PAGES } from "./pages/index.ts";

export interface MadePage {
  /** in docs/guide */
  readonly file: string;
  readonly text: string;
  /** commands whose answers it holds */
  readonly asked: readonly string[];
}

/** A page's prose as it is written, with its live parts open. */
export function templateOf(name: string): string {
  return readFileSync(join(import.meta.dirname, "pages", `${name}.md`), "utf8");
}

/** Every page, filled. */
export async function makeGuide(): Promise<MadePage[]> {
  const ask = await openAsker();
  try {
    const made: MadePage[] = [];
    for (const { name, values } of PAGES) {
      const before = ask.asked().length;
      const text = fill(name, templateOf(name), await values(ask));
      const note = `<!-- made by \`npm run guide\` from tools/guide/pages/${name}.md: change that, not this -->\n\n`;
      made.push({ file: `${name}.md`, text: note + text, asked: ask.asked().slice(before) });
    }
    return made;
  } finally {
    await ask.close();
  }
}
