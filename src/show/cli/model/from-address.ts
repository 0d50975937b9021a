import { hubOf } from "../../../run/fetch/hub/index.ts";
import { addressOf, readRemoteGguf } from "../../../run/fetch/remote/index.ts";
import type { CliContext } from "../context.ts";
import { homeOf } from "../machine.ts";
import type { Progress } from "../text/progress.ts";
import { weightsOfGguf } from "./read-file.ts";
import { remoteReading } from "./remote-reading.ts";
import type { Weights } from "./weights.ts";

/** A model by the address of its .gguf file: its header is read by ranges, never its weights. */
export async function fromAddress(context: CliContext, typed: string, progress: Progress): Promise<Weights> {
  const { home, folders, config } = await homeOf(context);
  const url = new URL(typed);
  const name = decodeURI(url.pathname).replace(/^.*\/|\.gguf$/gi, "");
  const options = { cacheDir: folders.cache, offline: hubOf(home, config).offline, what: name };
  const { reading, notes } = remoteReading(context, options, progress);
  try {
    const files = await addressOf(url, reading);
    const weights = weightsOfGguf(await readRemoteGguf(files, reading), typed, name);
    const source = `the header of ${files[0]!.name}`;
    return { ...weights, facts: { ...weights.facts, source }, assumptions: notes };
  } finally {
    progress.done();
  }
}
