import type { Fields } from "./fields.ts";
import { scoreBuffers } from "./llamacpp-buffers.ts";
import { scoreLogs } from "./logs/llamacpp-logs.ts";
import type { RowTerm } from "./score.ts";
import { scoreServerSpeed } from "./speed/server/score.ts";
import { scoreLlamaCppSpeed } from "./speed/score.ts";

/** A kind of truth file, told by how its name begins. */
export interface TruthFormat {
  readonly prefix: string;
  readonly score: (row: Fields) => RowTerm[];
}

export const FORMATS: readonly TruthFormat[] = [
  { prefix: "llamacpp-buffers", score: scoreBuffers },
  { prefix: "llamacpp-logs", score: scoreLogs },
  { prefix: "llamacpp-speed", score: scoreLlamaCppSpeed },
  { prefix: "server-speed", score: scoreServerSpeed },
];

export function formatOf(file: string): TruthFormat | undefined {
  return FORMATS.find(({ prefix }) => file.startsWith(prefix));
}
