import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { lookUp } from "../../../plan/ask/kinds/look-up.ts";
import { catalogText } from "./catalog-text.ts";
import { visible } from "./layout.ts";
import { styleFor } from "./style.ts";

const plain = styleFor({}, {});
const SCHEMA = join(import.meta.dirname, "../../../../docs/schema/answers.schema.json");
const validate = new Ajv2020({ strict: false }).compile(JSON.parse(await readFile(SCHEMA, "utf8")));

test("one model in full: parameters against the published, cache, sizes beside published ones", async () => {
  const answer = await lookUp("qwen3 30b a3b");
  const text = catalogText(answer, plain);
  expect(text).toMatch(/30\.5B counted.*3\.35B of them used a token/);
  expect(text).toContain("stated 30.5B: the same");
  expect(text).toContain("98,304 B a token");
  expect(text).toMatch(/Q8_0 +32\.5 GB .*published 32\.5 GB, -0\.00\d+%/);
  expect(text).toContain('next: loadout fit "Qwen3 30B-A3B"');
  expect(catalogText(await lookUp("qwen3.6 27b"), plain).replace(/\s+/g, " ")).toContain(
    "27.8B: the same with 885M of encoders and prediction blocks",
  );
});

test("another model of a row's dimensions is shown as itself", async () => {
  const { models } = await lookUp("Qwen3-30B-A3B-Instruct-2507");
  expect(models).toEqual([expect.objectContaining({ id: "Qwen/Qwen3-30B-A3B-Instruct-2507", context: 262_144 })]);
  expect(models[0]!.alike).toContain("Qwen/Qwen3-30B-A3B");
});

test("several are a list, none names the nearest", async () => {
  const { models } = await lookUp("gemma 3");
  expect(models.length).toBeGreaterThan(4);
  await expect(lookUp("gemma3 28b")).rejects.toMatchObject({
    code: "model-unlisted",
    exitCode: 2,
    hint: expect.stringContaining("google/gemma-3-27b-it"),
  });
});

test("the whole catalog keeps its schema and fits a terminal, as a list and one by one", async () => {
  const all = await lookUp("");
  expect(all.models).toHaveLength(273);
  const answers = [
    all,
    ...(await Promise.all(all.models.filter((_, at) => at % 12 === 0).map(({ id }) => lookUp(id)))),
  ];
  for (const answer of answers) {
    expect(validate(answer), JSON.stringify(validate.errors)).toBe(true);
    for (const line of catalogText(answer, plain).split("\n")) expect(visible(line), line).toBeLessThanOrEqual(80);
  }
});
