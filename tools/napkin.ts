// Redoes what `loadout explain` prints, from its text alone: the 24 GB example and questions drawn by a seed. Every number must come
// out of the arithmetic beside it, or name its source. Usage: node tools/napkin.ts [--seed N] [--count N] [--show]
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { seededRandom } from "../src/facts/units/index.ts";
import { ask } from "./napkin/ask.ts";
import { redo } from "./napkin/check.ts";
import { EXAMPLE, questions } from "./napkin/questions.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "5" },
    count: { type: "string", default: "20" },
    show: { type: "boolean", default: false },
  },
});
const home = await mkdtemp(join(tmpdir(), "loadout-napkin-"));
try {
  const drawn = await questions(seededRandom(Number(values.seed)), Number(values.count));
  const total = { reproduced: 0, constants: 0, wrong: 0, unanswered: 0 };
  for (const words of [[...EXAMPLE], ...drawn]) {
    const { out, error } = await ask(words, home);
    if (out === "") {
      total.unanswered += 1;
      console.log(`${words.join(" ")}: not answered: ${error.trim()}`);
      continue;
    }
    if (values.show) console.log(out);
    const { reproduced, constants, wrong } = redo(out);
    total.reproduced += reproduced;
    total.constants += constants;
    total.wrong += wrong.length;
    console.log(`${words.join(" ")}: ${reproduced} numbers redone, ${constants} constants with their source`);
    for (const line of wrong) console.log(`  wrong: ${line}`);
  }
  const { reproduced, constants, wrong, unanswered } = total;
  console.log(
    `${reproduced} numbers redone, ${constants} constants, ${wrong} wrong, ${unanswered} questions not answered`,
  );
  if (wrong > 0) process.exitCode = 1;
} finally {
  await rm(home, { recursive: true, force: true });
}
