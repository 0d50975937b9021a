import { existsSync } from "node:fs";
import { join } from "node:path";
import { LoadoutError } from "../../../facts/errors/index.ts";
import { formatDuration, formatFileBytes, formatRate } from "../../../facts/units/index.ts";
import type { CliContext } from "../context.ts";
import { homeOf } from "../machine.ts";
import type { Progress } from "../text/progress.ts";
import { consentOf } from "../weights-for.ts";
import { chooseSet } from "./choose-set.ts";
import { hubSpec } from "./hub-spec.ts";
import { modelFor, type ModelFlags } from "./model-for.ts";
import { readWeights } from "./read-file.ts";
import { remoteReading } from "./remote-reading.ts";
import type { WeightsHere } from "../../../plan/ask/model/index.ts";

interface FetchFlags extends ModelFlags {
  readonly yes?: boolean;
}

/** Weights that can be loaded: at hand, or of a repository or an address and then downloaded, with the person's consent. */
export async function weightsToLoad(
  context: CliContext,
  typed: string,
  flags: FetchFlags,
  progress: Progress,
): Promise<WeightsHere> {
  if (existsSync(typed) && /\.gguf$/i.test(typed)) return readWeights(typed);
  const { path, ...weights } = await modelFor(context, typed, flags, progress);
  progress.done();
  if (path !== undefined) return { ...weights, path };
  const { fileBytes, source } = weights.facts;
  if (source === undefined || /\.json$/i.test(typed)) throw new LoadoutError("quality-no-file", { what: typed });
  const { home, folders, config } = await homeOf(context);
  const { obtainConsent } = await import("../../../run/fetch/index.ts");
  const { downloadFromHub, hubOf } = await import("../../../run/fetch/hub/index.ts");
  const hub = hubOf(home, config);
  const spec = hubSpec(typed, hub.endpoint);
  const options = { cacheDir: folders.cache, offline: hub.offline, what: typed };
  const { reading } = remoteReading(context, options, progress);
  const consent = consentOf(context, flags.yes ?? false, 0);
  const show = (bytes: number, total: number, rate?: number, remainingMs?: number) =>
    progress.update(
      `fetching ${weights.facts.name}: ${formatFileBytes(bytes)} of ${formatFileBytes(total)}` +
        (rate === undefined ? "" : `, ${formatRate(rate)}, ${formatDuration(remainingMs ?? 0)} left`),
    );
  const paths: string[] = [];
  if (spec) {
    const { ggufSets, listRepository } = await import("../../../run/fetch/remote/index.ts");
    const listing = await listRepository(hub, spec.repository, spec.revision ?? "main", reading);
    const asked = { ...spec, ...(flags.quant === undefined ? {} : { quant: flags.quant }) };
    const { set } = chooseSet(spec.repository, ggufSets(listing.files), asked);
    const from = `${new URL(hub.endpoint).host}: ${spec.repository}`;
    progress.done();
    await obtainConsent({ what: weights.facts.name, bytes: set.bytes, from }, false, consent);
    for (const { path: file } of set.files) {
      const address = { repository: spec.repository, revision: listing.commit, file };
      const fetched = await downloadFromHub(hub, address, {
        signal: context.signal,
        onProgress: ({ bytes, totalBytes, bytesPerSec, remainingMs }) =>
          show(bytes, totalBytes, bytesPerSec, remainingMs),
      });
      paths.push(fetched.path);
    }
  } else {
    const { addressOf, downloadAddress } = await import("../../../run/fetch/remote/index.ts");
    const url = new URL(typed);
    progress.done();
    await obtainConsent({ what: weights.facts.name, bytes: fileBytes, from: url.host }, false, consent);
    for (const file of await addressOf(url, reading))
      paths.push(
        await downloadAddress(
          file,
          { ...reading, onBytes: () => {} },
          {
            folder: join(folders.weights, "addresses"),
            onBytes: (bytes) => show(bytes, file.size),
          },
        ),
      );
  }
  progress.done();
  return readWeights(paths[0]!);
}
