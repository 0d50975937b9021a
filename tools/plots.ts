// Draws every chart of a task from the code that answers the command line, each with the numbers behind it as JSON beside it.
// The same bytes on every run and machine.
// Usage: node tools/plots.ts [--task NAME] [--out DIR] [--list] [--check] [--png] [--receipts]
//   --list names tasks and charts; --check writes nothing and fails where a file on disk says something else; --png draws pixels
//   too (not checked: fonts differ); --receipts adds what was measured on this machine, which then is in the pictures.
import { writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { differing, filesOf, plotsOf, pngsOf, write } from "./plots/files.ts";
import { LOCAL_LLM_SETUP } from "./plots/local-llm-setup/index.ts";
import { committedReceipts, localReceipts } from "./plots/receipts.ts";

const ROOT = join(import.meta.dirname, "..");
const TASKS = [LOCAL_LLM_SETUP];

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      task: { type: "string" },
      out: { type: "string" },
      list: { type: "boolean", default: false },
      check: { type: "boolean", default: false },
      png: { type: "boolean", default: false },
      receipts: { type: "boolean", default: false },
    },
  });
  if (values.list) {
    for (const { name, about, plots } of TASKS) console.log(`${name}: ${about}\n  ${Object.keys(plots).join("\n  ")}`);
    return;
  }
  const tasks = TASKS.filter(({ name }) => values.task === undefined || name === values.task);
  if (tasks.length === 0)
    return fail(`no task is called ${values.task}; there is ${TASKS.map(({ name }) => name).join(", ")}`);
  if (values.check && values.receipts)
    return fail("--check is of what every machine draws: --receipts adds this one's own");
  const points = [...committedReceipts(), ...(values.receipts ? await localReceipts() : [])];
  for (const task of tasks) {
    const folder = values.out ?? join(ROOT, task.folder);
    const plots = await plotsOf(task, { points });
    const files = plots.flatMap(filesOf);
    const shown = relative(process.cwd(), folder) || ".";
    if (values.check) {
      const wrong = differing(folder, files);
      for (const each of wrong) console.error(`${shown}/${each}`);
      if (wrong.length > 0) return fail(`${task.name}: run npm run plots, look at what changed, and commit it`);
      console.log(`plots: ${files.length} files of ${task.name} are as the code draws them`);
      continue;
    }
    write(folder, files);
    for (const { name } of files) console.log(`${shown}/${name}`);
    if (!values.png) continue;
    for (const plot of plots) {
      for (const { name, bytes } of await pngsOf(plot)) {
        writeFileSync(join(folder, name), bytes);
        console.log(`${shown}/${name}`);
      }
    }
  }
}

function fail(message: string): void {
  console.error(`plots: ${message}`);
  process.exitCode = 1;
}

if (import.meta.main) await main();
