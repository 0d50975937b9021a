import { describe, expect, test } from "vitest";
import { modelCatalog } from "../model/index.ts";
import { FILE_TYPE_NAMES, SERVER_SCHEMES } from "../recipe/index.ts";
import { CACHE_FINDINGS, figuresOf, QUALITY_FINDINGS, QUALITY_STUDIES, QUALITY_WARNINGS, studiesOf } from "./index.ts";

const { findModel } = await modelCatalog();
const DATE = /^20\d\d-\d\d(-\d\d)?$/;

test("every row has a source and a date", () => {
  for (const { source, date } of [...QUALITY_STUDIES, ...QUALITY_FINDINGS, ...QUALITY_WARNINGS, ...CACHE_FINDINGS]) {
    expect(source.length).toBeGreaterThan(8);
    expect(date).toMatch(DATE);
  }
});

describe.each(QUALITY_STUDIES.map((study) => [study.id, study] as const))("%s", (_, study) => {
  test("is of a model of the catalog, in that model's family", () => {
    const rows = study.models.map((id) => findModel(id)).filter((match) => match.kind === "found");
    expect(rows.length).toBeGreaterThan(0);
    for (const { row } of rows) expect(row.family).toBe(study.family);
  });

  test("measured something of each scheme, which is one that is known or says whose mix it is", () => {
    const known = new Set([...FILE_TYPE_NAMES, ...SERVER_SCHEMES.map(({ id }) => id)]);
    for (const row of study.rows) {
      const { scheme, variant, perplexity, divergence, sameTop, score } = row;
      expect(known.has(scheme) || variant !== undefined, scheme).toBe(true);
      expect([perplexity, divergence, sameTop, score].some((figure) => figure !== undefined)).toBe(true);
      if (divergence !== undefined) expect(divergence).toBeGreaterThan(0);
      if (sameTop !== undefined) expect(sameTop).toBeLessThanOrEqual(1);
      if (score !== undefined) expect(study.task).toBeDefined();
    }
  });
});

test("with an importance matrix a file loses less than without, in the one study that has both", () => {
  const study = QUALITY_STUDIES.find(({ id }) => id === "llama-3-8b-readme")!;
  for (const scheme of ["Q4_K_M", "Q4_K_S", "Q3_K_M", "Q2_K"]) {
    const [best, other] = figuresOf(study, scheme);
    expect(best!.importance).toBe(true);
    expect(best!.divergence!).toBeLessThan(other!.divergence!);
  }
});

test("figures of relatives never pass for a model's own", () => {
  const { own, family } = studiesOf({ id: "meta-llama/Llama-3.1-8B-Instruct", family: "llama" });
  expect(own.map(({ id }) => id)).toEqual(["llama-3.1-8b-2601.14277"]);
  expect(family[0]!.id).toBe("llama-3-8b-readme");
  expect(family.some((study) => own.includes(study))).toBe(false);
  expect(studiesOf({ id: "Qwen/Qwen3-8B", family: "qwen3" })).toEqual({ own: [], family: [] });
  expect(studiesOf(undefined)).toEqual({ own: [], family: [] });
});
