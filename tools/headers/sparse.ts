import { truncateSync, writeFileSync } from "node:fs";
import { writeGguf, type GgufDraft, type Tensor } from "../../src/facts/weights/index.ts";

/** Writes a file of full size whose weights are a hole, and gives its tensors at their places. */
export function writeSparse(path: string, draft: GgufDraft): readonly Tensor[] {
  const { header, fileBytes, tensors } = writeGguf(draft);
  writeFileSync(path, header);
  truncateSync(path, fileBytes);
  return tensors;
}
