import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { modelCatalog } from "../../facts/model/index.ts";
import { readPastedLog } from "../../facts/runtime/index.ts";
import { seededRandom } from "../../facts/units/index.ts";
import { Fields } from "./fields.ts";
import { rowOfLog, type LogRow } from "./log-row.ts";
import { reconcileLog, type ReconciledTerm } from "./reconcile.ts";
import { scoreLogRow } from "./row/score.ts";
import { damaged } from "./testing/damage.ts";
import { writeOldLog } from "./testing/write-old-log.ts";
import { writeLog, type WrittenRow } from "./testing/write-log.ts";

const catalog = await modelCatalog();
/** what is printed is asked here, not what is predicted */
const NO_MODELS = { ...catalog, MODELS: [] };
const TRUTH = join(import.meta.dirname, "../../../data/truth/llamacpp-logs.jsonl");

const PUBLISHED: readonly WrittenRow[] = readFileSync(TRUTH, "utf8")
  .trim()
  .split("\n")
  .map((line): WrittenRow => JSON.parse(line));

/** Published figures of whole runs, of which a log can be written as the engine would have printed it. */
const ROWS: readonly WrittenRow[] = PUBLISHED.filter(({ quality, program, measured }) => {
  const labels = Object.keys(measured.compute_buffers_MiB ?? {});
  const caches = Object.keys(measured.kv_MiB ?? {}).length;
  const plain = labels.length > 0 && !labels.some((label) => /\s|total|per/.test(label));
  const sums = measured.swa_kv_MiB === null ? caches > 0 : caches === 1;
  return quality === "full" && program === "llama.cpp" && plain && sums;
});

const figuresOf = ({ model, settings, measured }: LogRow): Map<string, unknown> => {
  const flat = new Map<string, unknown>();
  const add = (path: string, value: unknown): void => {
    if (value === null) return;
    if (typeof value !== "object") flat.set(path, value);
    else for (const [key, part] of Object.entries(value)) add(`${path}.${key}`, part);
  };
  add("model", model);
  add("settings", settings);
  add("measured", measured);
  return flat;
};

describe("a row of published figures, written as a log and read back", () => {
  it("has enough rows to mean something", () => expect(ROWS.length).toBeGreaterThan(15));

  it.each(ROWS.flatMap((row) => ([2025, 2026] as const).map((year) => [row.id, year, row] as const)))(
    "%s in the words of %i is the same row",
    (_, year, written) => {
      const { measured, settings, model } = rowOfLog(readPastedLog(writeLog(written, year).join("\n") + "\n"));
      expect(measured.compute_buffers_MiB).toEqual(written.measured.compute_buffers_MiB);
      expect(measured.swa_kv_MiB).toBe(written.measured.swa_kv_MiB);
      for (const [label, size] of Object.entries(measured.model_buffers_MiB ?? {}))
        expect(size).toBe(written.measured.model_buffers_MiB![label]);
      for (const key of ["n_ctx", "n_batch", "n_ubatch", "flash_attn", "offloaded"])
        expect(settings[key]).toBe(written.settings[key]);
      for (const key of ["arch", "n_layer", "n_embd", "n_head", "n_vocab"]) expect(model[key]).toBe(written.model[key]);
    },
  );
});

describe("500 damaged, cut and mixed logs", () => {
  const found = { figures: 0, terms: 0, logs: 0 };
  it("never give a wrong number: each figure is the undamaged one's or is missing", () => {
    for (let seed = 1; seed <= 500; seed++) {
      const random = seededRandom(seed);
      const lines = writeLog(ROWS[seed % ROWS.length]!, seed % 2 === 0 ? 2025 : 2026);
      const whole = reconcileRow(lines.join("\n") + "\n");
      const cut = reconcileRow(damaged(lines, random));
      for (const [path, value] of cut.figures)
        expect([seed, path, value]).toEqual([seed, path, whole.figures.get(path)]);
      for (const [name, term] of cut.terms) expect(asIn(term, whole), `${seed} ${name}`).toBe(true);
      found.figures += cut.figures.size / whole.figures.size;
      found.terms += cut.terms.size;
      found.logs += 1;
    }
    expect(found.figures / found.logs).toBeGreaterThan(0.4);
  });
});

describe("a build of 2024", () => {
  const old = PUBLISHED.flatMap((row) => (/^2[78]\d\d /.test(row.build ?? "") ? [{ ...row, build: row.build! }] : []));

  it.each(old.map((row) => [row.id, row] as const))("%s: as its published row is scored, term by term", (_, row) => {
    const { terms, build } = reconcileLog(`${writeOldLog(row).join("\n")}\n`, catalog);
    const scored = scoreLogRow(catalog, new Fields(row));
    expect(build?.because).toBe(`build ${row.build}`);
    expect(scored.length).toBeGreaterThan(4);
    expect(terms.map(({ term, predictedBytes }) => [term, predictedBytes])).toEqual(
      scored.map(({ term, predicted }) => [term, predicted]),
    );
  });

  it("is met at every digit but in the weights of three runs", () => {
    const off = old.flatMap((row) =>
      reconcileLog(`${writeOldLog(row).join("\n")}\n`, catalog)
        .terms.filter(({ residualBytes }) => residualBytes !== 0)
        .map(({ term }) => `${row.id} ${term}`),
    );
    // Metal counts whole pages; one file's layers were stored in another order, which moves one wider matrix to the next device
    expect(off).toEqual([
      "mlc-163 model_gpu[2]",
      "mlc-163 model_gpu[3]",
      "mlc-164 model_gpu[0]",
      "mlc-165 model_gpu[0]",
    ]);
  });
});

it("two starts, one after the other and damaged: each figure is one of theirs, and hardly ever of both", () => {
  let ofBoth = 0;
  for (let seed = 1; seed <= 500; seed++) {
    const [first, second] = [ROWS[seed % ROWS.length]!, ROWS[(seed * 7 + 3) % ROWS.length]!].map((row) =>
      writeLog(row, 2026),
    );
    const [one, other] = [first!, second!].map((lines) => figuresOf(rowOfLog(readPastedLog(`${lines.join("\n")}\n`))));
    const found = figuresOf(rowOfLog(readPastedLog(damaged([...first!, ...second!], seededRandom(seed)))));
    const figures = [...found];
    const strangers = figures.filter(([path, value]) => one!.get(path) !== value && other!.get(path) !== value);
    expect([seed, strangers]).toEqual([seed, []]);
    const whole = [one!, other!].some((each) => figures.every(([path, value]) => each.get(path) === value));
    if (!whole) ofBoth += 1;
  }
  // all from within the first header to within the second is lost, and nothing shows it
  expect(ofBoth).toBeLessThanOrEqual(5);
});

it("two engines that write into one log at a time are read apart", () => {
  const [first, second] = [ROWS[0]!, ROWS[5]!].map((row) => writeLog(row, 2026));
  const both = second!.flatMap((line, index) => [`a-1  | ${first![index] ?? ""}`, `b-1  | ${line}`]);
  const { figures, log } = reconcileRow(both.join("\n") + "\n");
  const alone = [first!, second!].map((lines) => reconcileRow(lines.join("\n") + "\n").figures);
  expect(log.engines).toBe(2);
  expect(alone.some((each) => [...figures].every(([path, value]) => each.get(path) === value))).toBe(true);
});

/** The same figure; of a sum whose lines are named, lines that the undamaged log has. */
function asIn(term: ReconciledTerm, whole: ReturnType<typeof reconcileRow>): boolean {
  if (term.printedBytes === whole.terms.get(term.term)?.printedBytes) return true;
  const group = term.term === "model_host" ? "model" : "compute";
  const lines = Object.entries(term.lines ?? {});
  return (
    lines.length > 0 &&
    lines.every(([label, size]) => whole.figures.get(`measured.${group}_buffers_MiB.${label}`) === size)
  );
}

function reconcileRow(text: string) {
  const { log, row, terms } = reconcileLog(text, NO_MODELS);
  return { log, figures: figuresOf(row), terms: new Map(terms.map((term) => [term.term, term])) };
}
