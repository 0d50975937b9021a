// Is the package whole? Builds it, lets publint look at it, and reads the list of files npm would pack. `npm run package`
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

const root = join(import.meta.dirname, "..");
const faults: string[] = [];
execFileSync(process.execPath, [join(root, "tools/build.ts")], { stdio: "inherit" });

const { messages, pkg } = await publint({ pkgDir: root, strict: true, pack: false });
for (const message of messages) faults.push(formatMessage(message, pkg) ?? message.code);

interface Packed {
  readonly files: readonly { readonly path: string }[];
  readonly unpackedSize: number;
}
const listed = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
  cwd: root,
  encoding: "utf8",
});
const [packed]: [Packed] = JSON.parse(listed);
const paths = packed.files.map(({ path }) => path);
const wanted =
  /^(package\.json|README\.md|LICENSE|NOTICE|dist\/.+\.(js|d\.ts)|dist\/page\/[\w./-]+\.(html|css|svg|json)|data\/[\w./-]+|web\/chat\/[\w.-]+)$/;
for (const path of paths) {
  if (!wanted.test(path) || /\.test\.|fixtures|testing|truth/.test(path))
    faults.push(`packs ${path}, which nobody needs`);
}
for (const path of [
  "dist/index.js",
  "dist/index.d.ts",
  "dist/show/cli/main.js",
  "data/engines/llama-server-driver.py",
  "data/small-models.json",
  "web/chat/index.html",
  "dist/page/index.html",
  "dist/page/guide/index.html",
  "LICENSE",
  "NOTICE",
]) {
  if (!paths.includes(path)) faults.push(`does not pack ${path}`);
}

// the pure rooms load without the engine, and name what they promise
for (const entry of ["index.js", "facts/index.js", "predict/index.js", "plan/index.js", "draw/index.js"]) {
  const path = join(root, "dist", entry);
  if (!existsSync(path) || Object.keys(await import(pathToFileURL(path).href)).length === 0)
    faults.push(`${entry} exports nothing`);
}

// a program without Node's types can use them: the examples of docs/library.md, compiled against the built types
const page = readFileSync(join(root, "docs/library.md"), "utf8");
const examples = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, example]) => example!);
const consumer = mkdtempSync(join(tmpdir(), "loadout-consumer-"));
try {
  mkdirSync(join(consumer, "node_modules"));
  symlinkSync(root, join(consumer, "node_modules/loadout"), "dir");
  const given =
    "declare const size: number;\ndeclare function readRange(offset: number, length: number): Promise<Uint8Array>;\n";
  writeFileSync(
    join(consumer, "index.mts"),
    `${examples.join("\n")}\n${given}\nexport const kind: "fits-engine" | "rejected" = memory.kind;\n`,
  );
  const options = [
    "--noEmit",
    "--strict",
    "--target",
    "es2024",
    "--module",
    "nodenext",
    "--lib",
    "es2024",
    "--types",
    "",
  ];
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const compiled = spawnSync(process.execPath, [compiler, ...options, "index.mts"], {
    cwd: consumer,
    encoding: "utf8",
  });
  if (compiled.status !== 0)
    faults.push(`the examples of docs/library.md do not compile without Node's types:\n${compiled.stdout}`);
} finally {
  rmSync(consumer, { recursive: true });
}

for (const fault of faults) console.error(`package: ${fault}`);
if (faults.length > 0) process.exit(1);
console.log(`package: ${paths.length} files, ${(packed.unpackedSize / 1e6).toFixed(2)} MB`);
