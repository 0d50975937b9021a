import { LoadoutError } from "../../../facts/errors/index.ts";
import { hubOf } from "../../../run/fetch/hub/index.ts";
import {
  ggufSets,
  hubFiles,
  listRepository,
  readRemoteGguf,
  withRemoteFolder,
} from "../../../run/fetch/remote/index.ts";
import type { CliContext } from "../context.ts";
import { homeOf } from "../machine.ts";
import type { Progress } from "../text/progress.ts";
import { chooseSet } from "./choose-set.ts";
import type { HubSpec } from "./hub-spec.ts";
import { remoteReading } from "./remote-reading.ts";
import { fromConfig, readConfigFolder, type Weights, weightsOfGguf } from "../../../plan/ask/model/index.ts";

/** A model of a hub's repository: its headers are read by ranges, never its weights. */
export async function fromHub(context: CliContext, spec: HubSpec, progress: Progress): Promise<Weights> {
  const { home, folders, config } = await homeOf(context);
  const hub = hubOf(home, config);
  const { repository, revision = "main" } = spec;
  const options = { cacheDir: folders.cache, offline: hub.offline, what: repository };
  const { reading, notes } = remoteReading(context, options, progress);
  try {
    const listing = await listRepository(hub, repository, revision, reading);
    // a page of the configuration or of a shard means the model they belong to
    const meansConfig = /\.(?:json|safetensors)$/i.test(spec.file ?? "");
    const sets = meansConfig ? [] : ggufSets(listing.files);
    const at = spec.revision === undefined ? "" : `@${spec.revision}`;
    const where = `${new URL(hub.endpoint).host}/${repository}`;
    const commit = `commit ${listing.commit.slice(0, 7)}`;
    if (sets.length === 0) {
      const files = listing.files.filter(({ path }) => !path.includes("/"));
      if (!files.some(({ path }) => path === "config.json")) {
        const got = `${listing.files.length} files, neither a whole model in GGUF nor a config.json`;
        throw new LoadoutError("weights-missing", { what: where, got });
      }
      const remote = hubFiles(hub, listing, files);
      const byName = new Map(files.map(({ path }, index) => [path, remote[index]!]));
      const model = await withRemoteFolder(byName, reading, (open) =>
        readConfigFolder({ name: repository, files: [...byName.keys()], open }),
      );
      const weights = fromConfig(model, {
        name: repository.slice(repository.indexOf("/") + 1),
        argument: `hf:${repository}${at}`,
        source: `the configuration at ${where}, ${commit}`,
        quant: spec.quant,
      });
      return { ...weights, assumptions: [...(weights.assumptions ?? []), ...notes] };
    }
    const { set, assumption } = chooseSet(repository, sets, spec);
    const sameLabel = sets.filter(({ label }) => label === set.label).length > 1;
    const argument = `hf:${repository}${at}${sameLabel ? `/${set.files[0]!.path}` : `:${set.label}`}`;
    const file = await readRemoteGguf(hubFiles(hub, listing, set.files), reading);
    const weights = weightsOfGguf(file, argument, set.files[0]!.path.replace(/^.*\/|\.gguf$/gi, ""));
    const source = `the header of ${set.files[0]!.path} at ${where}, ${commit}`;
    const assumptions = [...(assumption === undefined ? [] : [assumption]), ...notes];
    const served = { kind: "hub", repository, quantization: set.label } as const;
    return { ...weights, served, facts: { ...weights.facts, source }, assumptions };
  } finally {
    progress.done();
  }
}
