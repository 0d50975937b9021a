import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkFolder } from "./check-probe.ts";

test("every file is judged: right, wrong, without an answer, missing, unlisted", () => {
  const folder = mkdtempSync(join(tmpdir(), "loadout-check-probe-"));
  try {
    const files = ["right.txt", "wrong.txt", "unanswered.txt", "missing.txt"];
    writeFileSync(join(folder, "README.md"), files.map((name) => `| \`${name}\` | a tool |\n`).join(""));
    for (const name of ["right.txt", "wrong.txt", "unanswered.txt", "unlisted.txt"]) {
      writeFileSync(join(folder, name), "MemTotal: 2048 kB\nMemAvailable: 1024 kB\n");
    }
    const expect2 = { totalMiB: 2, availableMiB: 1, swapTotalMiB: null };
    const verdicts = checkFolder(folder, {
      "right.txt": { read: "/proc/meminfo", expect: expect2 },
      "wrong.txt": { read: "/proc/meminfo", expect: { totalMiB: 3 } },
      "missing.txt": { read: "/proc/meminfo", expect: {} },
      "gone.txt": { read: "/proc/meminfo", expect: {} },
    });
    expect(verdicts).toEqual([
      { file: "gone.txt", problem: "has an answer, but is not there" },
      { file: "missing.txt", problem: "the README lists it, but it is not there" },
      { file: "right.txt" },
      { file: "unanswered.txt", problem: "no right answer is known for it" },
      { file: "unlisted.txt", problem: "is there, but the README does not list it" },
      { file: "wrong.txt", problem: "answer.totalMiB should be 3, is 2" },
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
