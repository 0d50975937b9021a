import type { DatabaseSync } from "node:sqlite";
import type { LlamaCppSettings } from "../../facts/runtime/index.ts";
import type { MeasuredPrompt } from "../../predict/serving/index.ts";
import type { ModelFile } from "./calibration.ts";

/** Where and with what prompts are timed. */
export interface PromptsOf {
  readonly machine: string;
  readonly engine: string;
  readonly backend: string;
  readonly model: ModelFile;
  readonly settings: LlamaCppSettings;
  readonly threads: number;
}

export function keepPrompts(
  database: DatabaseSync,
  of: PromptsOf,
  prompts: readonly MeasuredPrompt[],
  atMs: number,
): void {
  database
    .prepare(
      `INSERT OR REPLACE INTO timed_prompts (machine, engine, backend, model, model_bytes, arrangement, at_ms, prompts)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(...keyOf(of), atMs, JSON.stringify(prompts));
}

export function promptsFor(database: DatabaseSync, of: PromptsOf): readonly MeasuredPrompt[] {
  const row = database
    .prepare(
      `SELECT prompts FROM timed_prompts WHERE machine = ? AND engine = ? AND backend = ? AND model = ? AND model_bytes = ?
       AND arrangement = ?`,
    )
    .get(...keyOf(of));
  if (!row) return [];
  const prompts: readonly MeasuredPrompt[] = JSON.parse(String(row["prompts"]));
  return prompts;
}

function keyOf({ machine, engine, backend, model, settings, threads }: PromptsOf) {
  return [machine, engine, backend, model.name, model.fileBytes, arrangementOf(settings, threads)] as const;
}

/** Cells, slots and the size of steps do not change what a token of a prompt takes; where layers lie and what the cache is of does. */
function arrangementOf(settings: LlamaCppSettings, threads: number): string {
  const {
    context: _context,
    sequences: _sequences,
    unifiedCache: _unified,
    batch: _batch,
    microBatch: _microBatch,
    promptCacheMib: _cache,
    ...rest
  } = settings;
  const entries = Object.entries({ ...rest, threads }).filter(([, value]) => value !== undefined);
  return JSON.stringify(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
