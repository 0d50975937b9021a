import { expect, test } from "vitest";
import { modelCatalog, tensorList } from "../model/index.ts";
import { FILE_TYPE_NAMES, quantized, quantizedGroups, tensorGroups } from "./index.ts";

const { MODELS, geometryFromRow } = await modelCatalog();

test("groups hold what a recipe says tensor by tensor: types, bytes, places in the list", () => {
  // models of every architecture, each with some file types: all of them take seconds
  const seen = new Set<string>();
  let compared = 0;
  for (const row of MODELS) {
    const geometry = geometryFromRow(row);
    const shapes = geometry && tensorList(geometry);
    if (!geometry || !shapes || seen.has(geometry.architecture)) continue;
    seen.add(geometry.architecture);
    const groups = tensorGroups(geometry, shapes, () => "");
    for (const fileType of FILE_TYPE_NAMES.filter((_, index) => index % 8 === seen.size % 8)) {
      if (fileType === "Q1_0") continue; // refused for rows that are not whole blocks
      const whole = quantized(geometry, shapes, fileType);
      for (const { members, type, bytes, firstAt, lastAt } of quantizedGroups(groups, fileType)) {
        const places = members.map(({ tensor }) => tensor.at);
        expect([firstAt, lastAt]).toEqual([Math.min(...places), Math.max(...places)]);
        for (const { tensor } of members) {
          expect(whole[tensor.at], `${row.id} ${fileType}`).toMatchObject({ name: tensor.name, type, bytes });
          compared += 1;
        }
      }
    }
  }
  expect(compared).toBeGreaterThan(50_000);
}, 60_000);
