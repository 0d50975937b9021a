import { LoadoutError } from "../../../facts/errors/index.ts";
import { hubOf } from "../../../run/fetch/hub/index.ts";
import { ggufSets, hubFiles, listRepository, readRemoteGguf } from "../../../run/fetch/remote/index.ts";
import type { CliContext } from "../context.ts";
import { homeOf } from "../machine.ts";
import type { Progress } from "../text/progress.ts";
import { chooseSet } from "./choose-set.ts";
import type { HubSpec } from "./hub-spec.ts";
import { weightsOfGguf } from "./read-file.ts";
import { remoteReading } from "./remote-reading.ts";
import type { Weights } from "./weights.ts";

/** A model of a hub's repository: its headers are read by ranges, never its weights. */
export async function fromHub(context: CliContext, spec: HubSpec, progress: Progress): Promise<Weights> {
  const { home, folders, config } = await homeOf(context);
  const hub = hubOf(home, config);
  const { repository, revision = "main" } = spec;
  const options = { cacheDir: folders.cache, offline: hub.offline, what: repository };
  const { reading, notes } = remoteReading(context, options, progress);
  try {
    const listing = await listRepository(hub, repository, revision, reading);
    const sets = ggufSets(listing.files);
    if (sets.length === 0) {
      const got = `${listing.files.length} files, none of them a whole model in GGUF`;
      throw new LoadoutError("weights-missing", { what: `${new URL(hub.endpoint).host}/${repository}`, got });
    }
    const { set, assumption } = chooseSet(repository, sets, spec);
    const at = spec.revision === undefined ? "" : `@${spec.revision}`;
    const sameLabel = sets.filter(({ label }) => label === set.label).length > 1;
    const argument = `hf:${repository}${at}${sameLabel ? `/${set.files[0]!.path}` : `:${set.label}`}`;
    const file = await readRemoteGguf(hubFiles(hub, listing, set.files), reading);
    const weights = weightsOfGguf(file, argument, set.files[0]!.path.replace(/^.*\/|\.gguf$/gi, ""));
    const where = `${new URL(hub.endpoint).host}/${repository}`;
    const source = `the header of ${set.files[0]!.path} at ${where}, commit ${listing.commit.slice(0, 7)}`;
    const assumptions = [...(assumption === undefined ? [] : [assumption]), ...notes];
    return { ...weights, facts: { ...weights.facts, source }, assumptions };
  } finally {
    progress.done();
  }
}
