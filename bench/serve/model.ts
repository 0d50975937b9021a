import { join } from "node:path";
import { realModel } from "../../src/run/engine/testing/real-models.ts";
import { smallModelFolders } from "../../tools/small-models.ts";

/** The file that was named, or a small real model. */
export async function benchModel(given: string | undefined): Promise<string> {
  if (given !== undefined) return given;
  const here = await realModel();
  if (here !== undefined) return here;
  const [entry] = await smallModelFolders();
  if (!entry) throw new Error("no small model");
  return join(entry[1], entry[0]);
}
