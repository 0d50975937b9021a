import { expect, it } from "vitest";
import { memorySource, readGguf, writeGguf } from "../../weights/index.ts";
import { geometryFromGguf } from "../gguf-geometry.ts";
import { draftTensors } from "../model-tensors.ts";
import { tensorList } from "../tensors/index.ts";
import { ggufKeys } from "../testing/gguf-keys.ts";
import { geometryFromRow, MODELS } from "./index.ts";

// Two ways to a geometry, by a row and by a file, must lead to the same. The files here have the tensors that are written down
// for a row, and the keys that converters write for its dimensions.

it("is the same from a row and from a file with the row's tensors", async () => {
  let compared = 0;
  const asked = MODELS.flatMap((row) => [false, true].slice(0, row.mtpLayers ? 2 : 1).map((mtp) => ({ row, mtp })));
  for (const { row, mtp } of asked) {
    const geometry = geometryFromRow(row, { mtp });
    if (!geometry || !tensorList(geometry)) continue;
    const { vision: _, ...wanted } = geometry;
    const metadata = ggufKeys(wanted);
    const { header, fileBytes } = writeGguf({ metadata, tensors: draftTensors(wanted, () => "F16") });
    const file = await readGguf({ ...memorySource(header), size: fileBytes });
    expect(geometryFromGguf(file), row.id).toEqual(wanted);
    compared += 1;
  }
  expect(compared).toBeGreaterThanOrEqual(235);
});
