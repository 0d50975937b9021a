import { llamaCppBuild } from "../../../facts/runtime/index.ts";

/** What a llama-server says of itself. */
export interface ProgramVersion {
  /** "11434", "0.6.0-dev" */
  readonly version: string;
  /** of llama.cpp; where the program does not know its own (0), that of the last known build not after its version; else 0 */
  readonly buildNumber: number;
}

/** "version: 5440 (1e0f5a2b)" of older builds, "version: 0.6.0-dev (build 11434, commit 1e0f5a2b)" of newer ones. */
const OLD = /^version: (\d+) \(/m;
const NEW = /^version: (\S+) \(build (\d+)/m;

/** Reads what `--version` prints; undefined where it is no llama-server's. */
export function readVersion(text: string): ProgramVersion | undefined {
  const newer = NEW.exec(text);
  if (newer) {
    const [, version = "", build] = newer;
    return { version, buildNumber: Number(build) || (llamaCppBuild(`v${version}`)?.build.number ?? 0) };
  }
  const older = OLD.exec(text);
  return older ? { version: older[1]!, buildNumber: Number(older[1]) } : undefined;
}
