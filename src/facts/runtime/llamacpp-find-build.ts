import type { LlamaCppBuild } from "./llamacpp-build.ts";
import { LLAMACPP_BUILDS } from "./llamacpp-builds.ts";

/** A build as found for what an engine says of itself, and how far it is known. */
export interface FoundBuild {
  readonly build: LlamaCppBuild;
  /** "known": this very build; "between": its facts are those of the row before it; "newer": newer than every row; "older": older */
  readonly standing: "known" | "between" | "newer" | "older";
}

/** What is known of the build that an engine names: "v0.4.0", "b11434", a number, or a day ("2026-09-30"). */
export function llamaCppBuild(said: string): FoundBuild | undefined {
  const named = LLAMACPP_BUILDS.find((build) => build.id === said);
  if (named !== undefined) return { build: named, standing: "known" };
  if (/^\d{4}-\d{2}-\d{2}$/.test(said)) return latest((build) => build.since <= said);
  const version = /^v(\d+)\.(\d+)\.(\d+)/.exec(said);
  if (version !== null) return latest((build) => compareVersions(build.version, version.slice(1).map(Number)) <= 0);
  const number = /^b?(\d+)$/.exec(said);
  return number === null ? undefined : latest((build) => build.number <= Number(number[1]));
}

/** The last row that is not after what is asked for. */
function latest(notAfter: (build: LlamaCppBuild) => boolean): FoundBuild {
  const index = LLAMACPP_BUILDS.findLastIndex(notAfter);
  if (index < 0) return { build: LLAMACPP_BUILDS[0]!, standing: "older" };
  return { build: LLAMACPP_BUILDS[index]!, standing: index === LLAMACPP_BUILDS.length - 1 ? "newer" : "between" };
}

function compareVersions(a: readonly number[], b: readonly number[]): number {
  for (let part = 0; part < 3; part++) {
    const difference = (a[part] ?? 0) - (b[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
