import fc from "fast-check";
import { expect, test } from "vitest";
import { onlyWanted, type DeclaredFacts } from "./wanted.ts";

const MODELS: readonly (DeclaredFacts & { id: string })[] = [
  { id: "a", released: "2026-04-15", license: "apache-2.0", licenseUse: "open", tools: true, modality: "text+image" },
  { id: "b", released: "2025-08-05", license: "Gemma", licenseUse: "conditions", tools: false },
  { id: "c", released: "2024-07-23" },
  { id: "d", released: "2026-01-02", license: "cc-by-nc-4.0", licenseUse: "non-commercial" },
];

test.each([
  [{}, "abcd", []],
  [{ tools: true }, "a", [{ wish: "tools", no: 1, unknown: 2 }]],
  [{ vision: true }, "a", [{ wish: "vision", no: 3, unknown: 0 }]],
  [{ licence: "open" }, "a", [{ wish: "licence", no: 2, unknown: 1 }]],
  [{ licence: "commercial" }, "ab", [{ wish: "licence", no: 1, unknown: 1 }]],
  [{ licence: "GEMMA" }, "b", [{ wish: "licence", no: 2, unknown: 1 }]],
  [{ since: "2026" }, "ad", [{ wish: "since", no: 2, unknown: 0 }]],
  [{ since: "2026-04" }, "a", [{ wish: "since", no: 3, unknown: 0 }]],
  [
    { licence: "commercial", since: "2026" },
    "a",
    [
      { wish: "licence", no: 1, unknown: 1 },
      { wish: "since", no: 1, unknown: 0 },
    ],
  ],
])("%j keeps %s and counts the others", (wanted, ids, leftOut) => {
  const { kept, leftOut: counted } = onlyWanted(MODELS, wanted);
  expect(kept.map(({ id }) => id).join("")).toBe(ids);
  expect(counted).toEqual(leftOut);
});

test("every model is kept or counted once, and what is not known never passes", () => {
  const facts = fc.record(
    { released: fc.constantFrom("2024-01-01", "2026-06-01"), tools: fc.boolean(), license: fc.constant("mit") },
    { requiredKeys: ["released"] },
  );
  fc.assert(
    fc.property(fc.array(facts), (models) => {
      const { kept, leftOut } = onlyWanted(models, { tools: true, licence: "mit", since: "2025" });
      const out = leftOut.reduce((sum, { no, unknown }) => sum + no + unknown, 0);
      expect(kept.length + out).toBe(models.length);
      for (const model of kept) expect(model).toMatchObject({ tools: true, license: "mit", released: "2026-06-01" });
    }),
  );
});
