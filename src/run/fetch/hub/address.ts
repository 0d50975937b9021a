import { LoadoutError } from "../../../facts/errors/index.ts";
import type { Config, HomeContext } from "../../home/index.ts";
import { hubCacheDir } from "../local/index.ts";

/** A hub, and where its files are kept on this machine. */
export interface Hub {
  /** without a slash at the end */
  readonly endpoint: string;
  /** sent to the endpoint's own host only */
  readonly token?: string;
  /** the folder that all tools share: see `hubCacheDir` */
  readonly cacheDir: string;
  /** the person has said that the network is not to be used */
  readonly offline: boolean;
}

/** A file of a model repository at a revision. */
export interface HubAddress {
  /** `owner/name` */
  readonly repository: string;
  /** branch, tag or commit */
  readonly revision: string;
  /** path inside the repository */
  readonly file: string;
}

const ENDPOINT = "https://huggingface.co";

/** The hub as the environment and the config say: HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE as in huggingface_hub. */
export function hubOf(home: HomeContext, config: Config = {}): Hub {
  const endpoint = (home.env["HF_ENDPOINT"] || config.hubEndpoint || ENDPOINT).replace(/\/+$/, "");
  if (!/^https?:\/\/[^/]/.test(endpoint) || !URL.canParse(endpoint))
    throw new LoadoutError("unknown-value", {
      what: "the hub's address",
      expected: "an http or https address",
      got: endpoint,
      nearest: ENDPOINT,
    });
  const token = home.env["HF_TOKEN"];
  const offline = /^(?:1|on|yes|true)$/i.test(home.env["HF_HUB_OFFLINE"] ?? "");
  return { endpoint, cacheDir: hubCacheDir(home), offline, ...(token ? { token } : {}) };
}

const SAFE_NAME = /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/;

/** Address of the file's bytes; refuses names that would lead out of the repository or out of the cache folder. */
export function resolveUrl(hub: Hub, { repository, revision, file }: HubAddress): URL {
  const fileParts = file.split("/");
  if (!SAFE_NAME.test(repository) || repository.includes("--") || repository.includes(".."))
    throw badAddress("a repository", "owner/name", repository);
  if (!isSafePath(revision.split("/"))) throw badAddress("a revision", "a branch, tag or commit", revision);
  if (!isSafePath(fileParts)) throw badAddress("a file of a repository", "a path inside it", file);
  const path = fileParts.map(encodeURIComponent).join("/");
  // a revision is one segment: the slash of refs/pr/1 is escaped
  return new URL(`${hub.endpoint}/${repository}/resolve/${encodeURIComponent(revision)}/${path}`);
}

function isSafePath(parts: readonly string[]): boolean {
  // no control characters, none that Windows reads as a separator or a drive
  return parts.every((part) => part !== "" && part !== "." && part !== ".." && /^[^\\:\p{Cc}]+$/u.test(part));
}

function badAddress(what: string, expected: string, got: string): LoadoutError {
  return new LoadoutError("unknown-value", { what, expected, got, nearest: "owner/name" });
}
