import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { LoadoutError } from "../../facts/errors/index.ts";
import type { MeasuredPrompt } from "../../predict/serving/index.ts";
import type { Calibration } from "../../predict/speed/index.ts";
import {
  calibrationOf,
  type DatedRun,
  type MachineCalibration,
  type ModelFile,
  type NewMachineCalibration,
} from "./calibration.ts";
import type { NewReceipt, Receipt } from "./receipt.ts";
import { keepPrompts, promptsFor, type PromptsOf } from "./timed-prompts.ts";
import {
  RECEIPT_COLUMNS,
  readCalibration,
  readRate,
  readReceipt,
  readRunPlace,
  readTerm,
  receiptValues,
  type Row,
} from "./rows.ts";
import { migrate } from "./schema.ts";
import { storedCalibrations, type StoredCalibration } from "./stored-calibration.ts";

export interface ReceiptFilter {
  readonly machine?: string;
  readonly engine?: string;
  readonly backend?: string;
  /** newest first; default 100 */
  readonly limit?: number;
}

export interface ReceiptStore {
  /** the database's file */
  readonly path: string;
  /** Keeps a run; returns its number. */
  add(receipt: NewReceipt): number;
  /** Newest first. */
  list(filter?: ReceiptFilter): Receipt[];
  show(id: number): Receipt;
  remove(id: number): void;
  /** All of them, oldest first, for a file. */
  exportAll(): ReceiptExport;
  /** Keeps what a calibration measured; returns its number. */
  addCalibration(calibration: NewMachineCalibration): number;
  /** All that was measured by calibrations here, newest first. */
  listCalibrations(): StoredCalibration[];
  showCalibration(id: number): StoredCalibration;
  removeCalibration(id: number): void;
  /**
   * What calibrations and runs on this machine say about the speed predictions of this engine and back end, first of all those
   * with this file; undefined before the first. `without`: a receipt that is left out.
   */
  calibrationFor(
    machine: string,
    engine: string,
    backend: string,
    model?: ModelFile,
    without?: number,
  ): Calibration | undefined;
  /**
   * Threads that a calibration here found best, with a model not much smaller than a file of so many bytes: larger ones gain
   * from threads that a small one only spins. Undefined without one.
   */
  calibratedThreads(machine: string, engine: string, backend: string, fileBytes: number): number | undefined;
  /** Keeps how long prompts took, in place of what was kept for the same before. */
  keepPrompts(of: PromptsOf, prompts: readonly MeasuredPrompt[]): void;
  /** Prompts that were timed with this file on this engine, laid out like this; none where nothing was. */
  promptsFor(of: PromptsOf): readonly MeasuredPrompt[];
  close(): void;
}

export interface ReceiptExport {
  readonly schema: "loadout-receipts/1";
  readonly receipts: readonly Receipt[];
}

/** How long a process waits for another one's writing. */
const BUSY_MS = 5000;

/** A file up to so many times as large is expected to want the same threads. */
const ALIKE = 4;

/** Opens the store in the user's data folder, and makes both where they are missing. `now`: milliseconds since 1970. */
export function openReceipts(folder: string, now: () => number): ReceiptStore {
  const path = join(folder, "receipts.sqlite");
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(folder, { recursive: true });
    database = new DatabaseSync(path, { timeout: BUSY_MS, enableForeignKeyConstraints: true });
    useWriteAheadLog(database);
    migrate(database, path);
    return new SqliteReceipts(database, path, now);
  } catch (cause) {
    database?.close();
    if (cause instanceof LoadoutError) throw cause;
    throw new LoadoutError(
      "receipts-unreadable",
      { path, got: cause instanceof Error ? cause.message : String(cause) },
      { cause },
    );
  }
}

/**
 * Readers and a writer then work at once. Switching needs the file for itself and does not wait for it; where that fails
 * another process is switching at this moment, and the switch is kept in the file.
 */
function useWriteAheadLog(database: DatabaseSync): void {
  try {
    database.exec("PRAGMA journal_mode = WAL");
  } catch (error) {
    if (!isBusy(error)) throw error;
  }
  database.exec("PRAGMA synchronous = NORMAL");
}

/** SQLITE_BUSY, https://www.sqlite.org/rescode.html#busy */
function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === 5;
}

class SqliteReceipts implements ReceiptStore {
  readonly path: string;
  readonly #database: DatabaseSync;
  readonly #now: () => number;

  constructor(database: DatabaseSync, path: string, now: () => number) {
    this.#database = database;
    this.path = path;
    this.#now = now;
  }

  add(receipt: NewReceipt): number {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      const columns = RECEIPT_COLUMNS.join(", ");
      const places = RECEIPT_COLUMNS.map(() => "?").join(", ");
      const { lastInsertRowid } = this.#database
        .prepare(`INSERT INTO receipts (${columns}) VALUES (${places})`)
        .run(...receiptValues(receipt, this.#now()));
      const id = Number(lastInsertRowid);
      const term = this.#database.prepare("INSERT INTO terms VALUES (?, ?, ?, ?, ?, ?, ?)");
      for (const { path, place, term: name, predictedBytes, actualBytes, exact } of receipt.memory)
        term.run(
          id,
          path,
          place,
          name,
          predictedBytes ?? null,
          actualBytes ?? null,
          exact === undefined ? null : Number(exact),
        );
      const rate = this.#database.prepare("INSERT INTO rates VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
      for (const one of receipt.rates)
        rate.run(
          id,
          one.what,
          one.at ?? null,
          one.streams ?? 1,
          one.basePerSec ?? null,
          one.predictedPerSec ?? null,
          one.lowPerSec ?? null,
          one.highPerSec ?? null,
          one.measuredPerSec,
          one.tokens,
        );
      this.#database.exec("COMMIT");
      return id;
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  list({ machine, engine, backend, limit = 100 }: ReceiptFilter = {}): Receipt[] {
    const given = Object.entries({ machine, engine, backend }).filter(([, value]) => value !== undefined);
    const where = given.length === 0 ? "" : `WHERE ${given.map(([column]) => `${column} = ?`).join(" AND ")}`;
    const rows = this.#database
      .prepare(`SELECT * FROM receipts ${where} ORDER BY at_ms DESC, id DESC LIMIT ?`)
      .all(...given.map(([, value]) => value ?? null), limit);
    return rows.map((row) => this.#whole(row));
  }

  show(id: number): Receipt {
    const row = this.#database.prepare("SELECT * FROM receipts WHERE id = ?").get(id);
    if (!row) throw new LoadoutError("receipt-not-found", { got: id });
    return this.#whole(row);
  }

  remove(id: number): void {
    const { changes } = this.#database.prepare("DELETE FROM receipts WHERE id = ?").run(id);
    if (changes === 0) throw new LoadoutError("receipt-not-found", { got: id });
  }

  exportAll(): ReceiptExport {
    const rows = this.#database.prepare("SELECT * FROM receipts ORDER BY at_ms, id").all();
    return { schema: "loadout-receipts/1", receipts: rows.map((row) => this.#whole(row)) };
  }

  addCalibration(calibration: NewMachineCalibration): number {
    const { machine, engine, backend, model, threads, bandwidthBytesPerSec, points } = calibration;
    const { lastInsertRowid } = this.#database
      .prepare(
        `INSERT INTO calibrations (at_ms, machine, engine, backend, model, model_bytes, threads, bandwidth_per_sec, points)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        this.#now(),
        machine,
        engine,
        backend,
        model.name,
        model.fileBytes,
        threads,
        bandwidthBytesPerSec ?? null,
        JSON.stringify(points),
      );
    return Number(lastInsertRowid);
  }

  listCalibrations(): StoredCalibration[] {
    const rows = this.#database.prepare("SELECT * FROM calibrations ORDER BY at_ms DESC, id DESC").all();
    return storedCalibrations(rows.map(readCalibration));
  }

  showCalibration(id: number): StoredCalibration {
    const found = this.listCalibrations().find((calibration) => calibration.id === id);
    if (!found) throw new LoadoutError("calibration-not-found", { got: id });
    return found;
  }

  removeCalibration(id: number): void {
    const { changes } = this.#database.prepare("DELETE FROM calibrations WHERE id = ?").run(id);
    if (changes === 0) throw new LoadoutError("calibration-not-found", { got: id });
  }

  calibrationFor(
    machine: string,
    engine: string,
    backend: string,
    model?: ModelFile,
    without = 0,
  ): Calibration | undefined {
    const runs = this.#runs(machine, engine, backend, without);
    return calibrationOf(this.#calibrations(machine, engine, backend), runs, model);
  }

  calibratedThreads(machine: string, engine: string, backend: string, fileBytes: number): number | undefined {
    return this.#calibrations(machine, engine, backend).find(({ model }) => model.fileBytes * ALIKE >= fileBytes)
      ?.threads;
  }

  keepPrompts(of: PromptsOf, prompts: readonly MeasuredPrompt[]): void {
    keepPrompts(this.#database, of, prompts, this.#now());
  }

  promptsFor(of: PromptsOf): readonly MeasuredPrompt[] {
    return promptsFor(this.#database, of);
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  /** Newest first. */
  #runs(machine: string, engine: string, backend: string, without: number): DatedRun[] {
    return this.#database
      .prepare(
        `SELECT what, at, streams, base_per_sec AS base, measured_per_sec AS measured, tokens, at_ms, model, model_bytes, times
         FROM rates JOIN receipts ON id = receipt
         WHERE machine = ? AND engine = ? AND backend = ? AND base > 0 AND measured > 0 AND id <> ?
         ORDER BY at_ms DESC, id DESC LIMIT 200`,
      )
      .all(machine, engine, backend, without)
      .map((row) => ({
        ...readRunPlace(row),
        basePerSec: Number(row["base"]),
        measuredPerSec: Number(row["measured"]),
        tokens: Number(row["tokens"]),
        atMs: Number(row["at_ms"]),
        model: { name: String(row["model"]), fileBytes: Number(row["model_bytes"]) },
      }));
  }

  /** Newest first. */
  #calibrations(machine: string, engine: string, backend: string): MachineCalibration[] {
    return this.#database
      .prepare(
        `SELECT * FROM calibrations WHERE machine = ? AND engine = ? AND backend = ?
         ORDER BY at_ms DESC, id DESC LIMIT 50`,
      )
      .all(machine, engine, backend)
      .map(readCalibration);
  }

  #whole(row: Row): Receipt {
    const id = row["id"] ?? null;
    const terms = this.#database.prepare("SELECT * FROM terms WHERE receipt = ? ORDER BY path").all(id);
    const rates = this.#database.prepare("SELECT * FROM rates WHERE receipt = ? ORDER BY what, streams, at").all(id);
    return readReceipt(row, terms.map(readTerm), rates.map(readRate));
  }
}
