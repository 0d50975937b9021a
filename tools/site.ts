// The page as a site of files, for people who have installed nothing: page, guide and pictures in one folder that any server of
// files can serve, at its root or below it. Fails where a link leads nowhere. Usage: node tools/site.ts [FOLDER]
import { readdirSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { buildPage } from "./page.ts";
import { badLinks } from "./site/links.ts";

const [typed] = process.argv.slice(2);
const folder = typed === undefined ? join(import.meta.dirname, "../site/dist") : resolve(typed);
await buildPage(folder);
const bad = badLinks(folder);
for (const line of bad) console.error(`site: ${line}`);
if (bad.length > 0) process.exit(1);
const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
const bytes = files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
console.log(`site: ${files.length} files, ${(bytes / 1e6).toFixed(2)} MB in ${relative(process.cwd(), folder) || "."}`);
