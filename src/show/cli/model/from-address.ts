import { hubOf } from "../../../run/fetch/hub/index.ts";
import { addressOf, readRemoteGguf, withRemoteFolder } from "../../../run/fetch/remote/index.ts";
import type { CliContext } from "../context.ts";
import { homeOf } from "../machine.ts";
import type { Progress } from "../text/progress.ts";
import { remoteReading } from "./remote-reading.ts";
import {
  fromConfig,
  readConfigFolder,
  requantized,
  type Weights,
  weightsOfGguf,
} from "../../../plan/ask/model/index.ts";

/** A model by the address of its .gguf file or of its configuration: a header is read by ranges, never its weights. */
export async function fromAddress(
  context: CliContext,
  typed: string,
  quant: string | undefined,
  progress: Progress,
): Promise<Weights> {
  const { home, folders, config } = await homeOf(context);
  const url = new URL(typed);
  const name = decodeURI(url.pathname).replace(/^.*\/|\.(?:gguf|json)$/gi, "");
  const options = { cacheDir: folders.cache, offline: hubOf(home, config).offline, what: name };
  const { reading, notes } = remoteReading(context, options, progress);
  try {
    const files = await addressOf(url, reading);
    if (/\.json$/i.test(url.pathname)) {
      const [file] = files;
      const model = await withRemoteFolder(new Map([["config.json", file!]]), reading, (open) =>
        readConfigFolder({ name: file!.name.replace(/\/[^/]*$/, ""), files: [], open }),
      );
      const source = `the configuration ${file!.name}`;
      const weights = fromConfig(model, { name, argument: typed, source, quant });
      return { ...weights, argument: typed, assumptions: [...(weights.assumptions ?? []), ...notes] };
    }
    const weights = weightsOfGguf(await readRemoteGguf(files, reading), typed, name);
    const source = `the header of ${files[0]!.name}`;
    const read = { ...weights, facts: { ...weights.facts, source }, assumptions: notes };
    return quant === undefined ? read : requantized(read, quant);
  } finally {
    progress.done();
  }
}
