// `loadout fit` without a model: wishes, alone and together, against the catalog's own facts.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RankingAnswer } from "../../plan/answer/index.ts";
import type { RankModel } from "../../plan/rank/index.ts";
import { catalogModels } from "../../plan/ask/kinds/rank-models.ts";
import { answerForm, runLoadout, widest } from "./testing/command-line.ts";

let folder: string;
let valid: (value: unknown) => unknown;
let models: RankModel[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "loadout-wanted-"));
  valid = await answerForm();
  models = await catalogModels(false);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const RIG = ["--gpu", "rtx-3090"];

/** Known to be so; a fact that is not known never passes. */
const WISHES: Readonly<Record<string, readonly [flags: string[], passes: (model: RankModel) => boolean]>> = {
  tools: [["--tools"], ({ tools }) => tools === true],
  vision: [["--vision"], ({ modality = "" }) => modality.includes("image")],
  open: [["--licence", "open"], ({ licenseUse }) => licenseUse === "open"],
  apache: [["--licence", "apache"], ({ license = "" }) => license.toLowerCase().includes("apache")],
  since: [["--since", "2025-06"], ({ released }) => released >= "2025-06"],
};

test.each([[["tools"]], [["tools", "vision"]], [["open", "since"]], [["tools", "vision", "apache", "since"]]])(
  "%s: every row is known to be so, and every model is counted once",
  async (wishes) => {
    const flags = wishes.flatMap((wish) => WISHES[wish]![0]);
    const { stdout, stderr } = await runLoadout(folder, ["fit", ...RIG, ...flags, "--max-size", "15GB", "--json"]);
    expect(stderr).toBe("");
    const answer: RankingAnswer = JSON.parse(stdout);
    expect(valid(answer)).toBe("valid");
    const passing = models.filter((model) => wishes.every((wish) => WISHES[wish]![1](model)));
    expect(answer.counts.models).toBe(passing.length);
    const left = answer.leftOut.filter(({ wish }) => wish !== "maxSize");
    expect(left.reduce((sum, { no, unknown }) => sum + no + unknown, passing.length)).toBe(models.length);
    expect(answer.rows.length).toBeGreaterThan(0);
    for (const { name, fileBytes } of answer.rows) {
      expect(passing.map((model) => model.name)).toContain(name);
      expect(fileBytes).toBeLessThanOrEqual(15e9);
    }
  },
  60_000,
);

test("how many are left out because it is not known is said, and of several wishes the first counts", async () => {
  const { stdout } = await runLoadout(folder, ["fit", ...RIG, "--tools", "--vision"]);
  const unknown = models.filter(({ tools }) => tools === undefined).length;
  expect(unknown).toBeGreaterThan(0);
  expect(stdout).toContain(`and ${unknown} of which it is not known`);
  expect(stdout).toMatch(/--vision left out \d+ more models/);
  expect(widest(stdout)).toBeLessThanOrEqual(80);
}, 60_000);

test("a licence that no model has is refused with those there are", async () => {
  const { code, stderr } = await runLoadout(folder, ["fit", ...RIG, "--licence", "apche"]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/apache-2\.0/);
}, 60_000);
