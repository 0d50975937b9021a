import { join } from "node:path";
import type { Files } from "./files.ts";
import { fields, json } from "./parsers/cells.ts";
import type { Bandwidth } from "./report.ts";

/** What tools printed, by command line. Texts are kept, not readings: a better reader needs no new probe. */
export interface CachedAnswers {
  get(line: string): string | undefined;
  set(line: string, answer: string): void;
}

/** The cache of one machine as it is now. */
export interface ProbeCache {
  readonly answers: CachedAnswers;
  bandwidth: Bandwidth | undefined;
  /** writes when something is new */
  save(): Promise<void>;
}

/** Raised when the form of the file or the meaning of a command line changes. */
const VERSION = 1;

/**
 * Opens `cacheFolder`/probe.json. Answers of another boot or of other devices are dropped: drivers are changed by a boot,
 * cards by a boot or by a container's start. With `fresh` all are dropped. Without a folder nothing is kept.
 */
export async function openCache(
  files: Files,
  cacheFolder: string | undefined,
  machine: { readonly bootId: string; readonly deviceList: readonly string[]; readonly fresh?: boolean },
): Promise<ProbeCache> {
  const path = cacheFolder === undefined ? undefined : join(cacheFolder, "probe.json");
  const stored = fields(json((path === undefined ? undefined : await files.read(path)) ?? ""));
  const key = JSON.stringify([VERSION, machine.bootId, machine.deviceList]);
  const usable = stored["key"] === key && !machine.fresh;
  const answers = new Map<string, string>();
  if (usable) {
    for (const [line, answer] of Object.entries(fields(stored["answers"]))) {
      if (typeof answer === "string") answers.set(line, answer);
    }
  }
  const storedBandwidth = usable ? bandwidthOf(stored["bandwidth"]) : undefined;
  let changed = false;
  const cache: ProbeCache = {
    answers: {
      get: (line) => answers.get(line),
      set(line, answer) {
        answers.set(line, answer);
        changed = true;
      },
    },
    bandwidth: storedBandwidth,
    async save() {
      if (path === undefined || (!changed && cache.bandwidth === storedBandwidth)) return;
      const { bandwidth } = cache;
      await files.write(path, JSON.stringify({ key, answers: Object.fromEntries(answers), bandwidth }, null, 1));
    },
  };
  return cache;
}

function bandwidthOf(value: unknown): Bandwidth | undefined {
  const { bytesPerSec, threads, seconds, method } = fields(value);
  if (typeof bytesPerSec !== "number" || !(bytesPerSec > 0) || !Number.isFinite(bytesPerSec)) return undefined;
  if (typeof threads !== "number" || typeof seconds !== "number" || typeof method !== "string") return undefined;
  return { bytesPerSec, threads, seconds, method };
}
