import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { LoadoutError } from "../../../facts/errors/index.ts";
import { messageOf } from "../../../run/home/index.ts";

/** Kinds of image by their first bytes. */
const KINDS: readonly { readonly start: string; readonly kind: string }[] = [
  { start: "89504e47", kind: "image/png" },
  { start: "ffd8ff", kind: "image/jpeg" },
  { start: "47494638", kind: "image/gif" },
  { start: "52494646", kind: "image/webp" },
];

/** Larger ones are refused by servers, and no model sees more of them. */
const MOST_BYTES = 20 * 1024 * 1024;

/** An image as a `data:` address. Throws `image-unreadable`. */
export async function imageUrl(typed: string): Promise<{ path: string; url: string }> {
  const path = typed.replace(/^~(?=\/)/, homedir()).replace(/^(["'])(.*)\1$/, "$2");
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new LoadoutError("image-unreadable", { path, got: messageOf(error) }, { cause: error });
  });
  const start = bytes.subarray(0, 4).toString("hex");
  const kind = KINDS.find((row) => start.startsWith(row.start))?.kind;
  if (kind === undefined) throw new LoadoutError("image-unreadable", { path, got: `a file that begins ${start}` });
  if (bytes.length > MOST_BYTES) throw new LoadoutError("image-unreadable", { path, got: "more than 20 MB" });
  return { path, url: `data:${kind};base64,${bytes.toString("base64")}` };
}
