import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const root = join(import.meta.dirname, "..");
const ROWS = /[/\\]facts[/\\]errors[/\\]rows[/\\][\w-]+\.ts$/;

/** Leaves out errors that nothing throws which a page runs: those of servers, engines, downloads. */
export function unthrownErrors(): Plugin {
  let thrown: string | undefined;
  return {
    name: "unthrown-errors",
    load(id) {
      if (!ROWS.test(id)) return undefined;
      thrown ??= globSync(["src/{facts,predict,plan,draw}/**/*.ts", "web/page/**/*.{ts,tsx}"], { cwd: root })
        .filter((file) => !ROWS.test(file) && !file.endsWith(".test.ts"))
        .map((file) => readFileSync(join(root, file), "utf8"))
        .join("\n");
      const text = readFileSync(id, "utf8");
      // a row is `code: {`, its fields, `},`
      const code = text.replace(/^ {2}"?([a-z-]+)"?: \{\n(?: {4}.*\n)*? {2}\},\n/gm, (row, name: string) =>
        thrown!.includes(`"${name}"`) ? row : "",
      );
      return { code, moduleType: "ts" };
    },
  };
}
