import { createHash } from "node:crypto";
import { appendFile, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LoadoutError } from "../../../facts/errors/index.ts";
import { makeFolder, messageOf } from "../../home/index.ts";
import { CANDIDATES, readResult, writeResult, type Result } from "./results.ts";

/** What a measurement depends on: another of these is another measurement. */
export interface QualityKey {
  readonly fingerprint: string;
  readonly suite: string;
  /** engine with version and build, back end */
  readonly engine: string;
  /** settings that change results: type of the cache, layers on devices */
  readonly settings: string;
  readonly positions: number;
}

/** Results of one file as they are kept: whatever is in here is not measured again. */
export interface QualityState {
  readonly path: string;
  readonly results: ReadonlyMap<string, Result>;
  add(result: Result): Promise<void>;
}

const FORM = "loadout-quality/1";

/**
 * Opens the results of one measurement in a folder, or begins them: a line of what it depends on, then a line a result, each
 * written when it is there. A last line that a killed run left half is dropped.
 */
export async function openState(folder: string, name: string, key: QualityKey, fresh = false): Promise<QualityState> {
  await makeFolder(folder);
  const head = JSON.stringify({ form: FORM, candidates: CANDIDATES, ...key });
  const digest = createHash("sha256").update(head).digest("hex").slice(0, 12);
  const path = join(folder, `${name.replace(/[^\w.-]+/g, "-").slice(0, 60)}-${digest}.jsonl`);
  try {
    if (fresh) await rm(path, { force: true });
    const text = await readFile(path, "utf8").catch(() => "");
    const [first, ...lines] = text.split("\n");
    const results = new Map<string, Result>();
    if (first === head) {
      for (const line of lines) {
        const result = readResult(line);
        if (result && !results.has(result.id)) results.set(result.id, result);
      }
    }
    const whole = [head, ...[...results.values()].map(writeResult), ""].join("\n");
    if (whole !== text) {
      await writeFile(`${path}.new`, whole, { mode: 0o600 });
      await rename(`${path}.new`, path);
    }
    return {
      path,
      results,
      async add(result) {
        await appendFile(path, `${writeResult(result)}\n`);
        results.set(result.id, result);
      },
    };
  } catch (cause) {
    throw new LoadoutError("file-unwritable", { path, got: messageOf(cause) }, { cause });
  }
}

const SAMPLE_BYTES = 2 ** 20;
const SAMPLES = 5;

/** What tells files apart without reading all of them: size, and a MiB at five places, the header and the end among them. */
export async function fingerprint(path: string): Promise<string> {
  const { size } = await stat(path);
  const hash = createHash("sha256").update(`${size}\n`);
  await using file = await open(path);
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const at = Math.floor((Math.max(0, size - SAMPLE_BYTES) * sample) / (SAMPLES - 1));
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SAMPLE_BYTES), 0, SAMPLE_BYTES, at);
    hash.update(buffer.subarray(0, bytesRead));
  }
  return hash.digest("hex").slice(0, 32);
}
