import { expect, it } from "vitest";
import { LoadoutError } from "../../../facts/errors/index.ts";
import { modelCatalog } from "../../../facts/model/index.ts";
import { llamaCppArchitectures } from "../../../predict/memory/index.ts";
import { fromCatalog } from "./from-catalog.ts";

/** Share of the catalog that may end in "cannot predict". */
const MOST_UNPREDICTED = 0.021;

it("predicts the catalog's models, and says of each other one why not and what it takes at most", async () => {
  const { MODELS } = await modelCatalog();
  const known = new Set(llamaCppArchitectures());
  const unpredicted: string[] = [];
  for (const row of MODELS) {
    try {
      const { weights } = await fromCatalog(row.id, "Q4_K_M");
      if (weights === undefined || !known.has(weights.geometry.architecture)) unpredicted.push(row.id);
    } catch (error) {
      if (!(error instanceof LoadoutError) || error.code !== "model-unpredictable") throw error;
      const { reason, advice, boundBytes } = error.details;
      expect(reason, row.id).toMatch(/\w+ \w+/);
      expect(advice, row.id).toContain("at most");
      // never below what its weights alone take
      expect(Number(boundBytes), row.id).toBeGreaterThan((row.parameters.text * 4.83) / 8);
      unpredicted.push(row.id);
    }
  }
  expect(unpredicted.length / MODELS.length).toBeLessThanOrEqual(MOST_UNPREDICTED);
});
