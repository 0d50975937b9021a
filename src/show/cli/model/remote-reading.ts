import { join } from "node:path";
import { formatFileBytes } from "../../../facts/units/index.ts";
import { KeptBytes, type Reading } from "../../../run/fetch/remote/index.ts";
import { RETRIES } from "../../../run/source/index.ts";
import type { CliContext } from "../context.ts";
import type { Progress } from "../text/progress.ts";

/** Reads with the command's signal and progress; `notes` collects what the answer should say. */
export function remoteReading(
  context: CliContext,
  options: { readonly cacheDir: string; readonly offline: boolean; readonly what: string },
  progress: Progress,
): { readonly reading: Reading; readonly notes: string[] } {
  const notes: string[] = [];
  let bytes = 0;
  const reading: Reading = {
    kept: new KeptBytes(join(options.cacheDir, "headers"), (path) =>
      context.note(context.noteStyle.faint(`${path} was damaged and is read again`)),
    ),
    offline: options.offline,
    signal: context.signal,
    // a header is a few MB: who waits for it would rather hear of a failure after two seconds than after eight
    retries: { ...RETRIES, attempts: 3 },
    onBytes: (more) => {
      bytes += more;
      progress.update(`reading headers of ${options.what}: ${formatFileBytes(bytes)}`);
    },
    onNote: (text) => void notes.push(text),
  };
  return { reading, notes };
}
