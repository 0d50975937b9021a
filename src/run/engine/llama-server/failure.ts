import { LoadoutError } from "../../../facts/errors/index.ts";
import type { Ended } from "../process/index.ts";

/** Windows ends a program with this status for an instruction the processor does not have. */
const STATUS_ILLEGAL_INSTRUCTION = 0xc000_001d;

/** Last words of a start that failed, in the engine's own: what they mean. First match wins. */
const MEANINGS = [
  [/invalid argument|error while handling argument|unknown argument/i, "engine-rejected"],
  [
    /out of memory|failed to allocate|unable to allocate|cudaMalloc failed|not enough (memory|space)/i,
    "engine-out-of-memory",
  ],
  [/failed to load model|error loading model|unable to load model|invalid magic|is not a GGUF/i, "engine-bad-model"],
] as const;

/** Lines kept of a log for the case that it ends badly. */
export const LAST_LINES = 40;

/** Why a server that was starting has ended. */
export function startFailure(
  { code, signal }: Ended,
  lines: readonly string[],
  about: { readonly program: string; readonly model: string },
): LoadoutError {
  if (signal === "SIGILL" || code === STATUS_ILLEGAL_INSTRUCTION)
    return new LoadoutError("engine-wrong-cpu", { what: about.program });
  if (code === 127 || code === 126)
    return new LoadoutError("engine-program-missing", {
      what: about.program,
      got: lines.at(-1) ?? "it cannot be started",
    });
  const lastLines = lines.join("\n");
  for (const [pattern, error] of MEANINGS) {
    const line = lines.find((each) => pattern.test(each));
    if (line !== undefined)
      return new LoadoutError(error, { path: about.model, what: about.model, got: line.trim(), lastLines });
  }
  return new LoadoutError("engine-died", { what: "start", got: endedText({ code, signal }), lastLines });
}

export function endedText({ code, signal }: Ended): string {
  return signal ?? `exit code ${code}`;
}
