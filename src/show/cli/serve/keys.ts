import { readFile } from "node:fs/promises";
import { LoadoutError } from "../../../facts/errors/index.ts";
import type { GatewayKey } from "../../../run/gateway/index.ts";
import { messageOf } from "../../../run/home/index.ts";

/** A secret shorter than this can be tried out. Characters. */
const LEAST_SECRET = 16;

/** The keys in a file: a line each, `NAME SECRET [interactive|batch]`. */
export async function readKeys(path: string): Promise<GatewayKey[]> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw new LoadoutError("serve-keys", { path, got: messageOf(error) }, { cause: error });
  });
  const keys = keysIn(text, path);
  if (keys.length === 0) throw new LoadoutError("serve-keys", { path, got: "there is none in it" });
  return keys;
}

export function keysIn(text: string, path: string): GatewayKey[] {
  return text.split(/\r?\n/).flatMap((line, index): GatewayKey[] => {
    const words = line.trim().split(/\s+/);
    const [name = "", secret = "", lane] = words;
    if (name === "" || name.startsWith("#")) return [];
    const refuse = (got: string) => new LoadoutError("serve-keys", { path, got: `line ${index + 1}: ${got}` });
    if (words.length > 3) throw refuse(`${words.length} words`);
    if (secret.length < LEAST_SECRET) throw refuse(`a secret of ${secret.length} characters; at least ${LEAST_SECRET}`);
    if (lane === undefined) return [{ name, secret }];
    if (lane !== "interactive" && lane !== "batch") throw refuse(`a lane "${lane}"`);
    return [{ name, secret, lane }];
  });
}
