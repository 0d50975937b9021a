import { VISION_ROWS, type ImageSize, type Tower } from "../../../../facts/model/index.ts";
import { patchTokens } from "./patch-tokens.ts";

/** Images of one size read in one go. */
export interface Read {
  readonly size: ImageSize;
  readonly together: number;
}

/** Kinds whose graph reads several images of a size at once (`support_batch`, tools/mtmd/models/models.h). */
const BATCHED: ReadonlySet<string> = new Set(["gemma4v", "internvl"]);
/** tokens that are made in one go at most (--mtmd-batch-max-tokens) */
const MOST_TOKENS = 1024;

/** What a request's pieces, in their order, are read as: the most of each size that come together (server-context.cpp:785). */
export function readsOf(tower: Tower, pieces: readonly ImageSize[]): Read[] {
  const reads = new Map<string, Read>();
  let run = 0;
  pieces.forEach((size, index) => {
    const before = pieces[index - 1];
    run = before && before.width === size.width && before.height === size.height ? run + 1 : 1;
    const together = BATCHED.has(tower.type) ? Math.min(run, mostTogether(tower, size)) : 1;
    const key = `${size.width}x${size.height}`;
    const known = reads.get(key);
    if (known === undefined || known.together < together) reads.set(key, { size, together });
  });
  return [...reads.values()];
}

function mostTogether(tower: Tower, size: ImageSize): number {
  const tokens = VISION_ROWS[tower.type] === undefined ? MOST_TOKENS : patchTokens(tower, size, "tile");
  return Math.max(1, Math.floor(MOST_TOKENS / Math.max(1, tokens)));
}
