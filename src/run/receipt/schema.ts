import type { DatabaseSync } from "node:sqlite";
import { LoadoutError } from "../../facts/errors/index.ts";

/** Forms of the database, one step each; `user_version` counts the steps taken. Steps are only ever added. */
const STEPS: readonly string[] = [
  `
  CREATE TABLE receipts (
    id INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    machine TEXT NOT NULL,
    engine TEXT NOT NULL,
    engine_version TEXT NOT NULL,
    engine_build TEXT NOT NULL,
    backend TEXT NOT NULL,
    model TEXT NOT NULL,
    model_bytes INTEGER NOT NULL,
    model_sha256 TEXT,
    architecture TEXT,
    quantization TEXT,
    goal TEXT,
    settings TEXT NOT NULL, -- JSON
    times TEXT,             -- JSON
    prediction TEXT         -- JSON
  ) STRICT;
  CREATE INDEX receipts_by_machine ON receipts (machine, engine, backend, at_ms);
  CREATE TABLE terms (
    receipt INTEGER NOT NULL REFERENCES receipts (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    place TEXT NOT NULL,
    term TEXT NOT NULL,
    predicted_bytes INTEGER,
    actual_bytes INTEGER,
    exact INTEGER,
    PRIMARY KEY (receipt, path)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE rates (
    receipt INTEGER NOT NULL REFERENCES receipts (id) ON DELETE CASCADE,
    what TEXT NOT NULL,
    base_per_sec REAL,
    predicted_per_sec REAL,
    low_per_sec REAL,
    high_per_sec REAL,
    measured_per_sec REAL NOT NULL,
    tokens INTEGER NOT NULL,
    PRIMARY KEY (receipt, what)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE calibrations (
    id INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    machine TEXT NOT NULL,
    engine TEXT NOT NULL,
    backend TEXT NOT NULL,
    model TEXT NOT NULL,
    model_bytes INTEGER NOT NULL,
    threads INTEGER NOT NULL,
    bandwidth_per_sec REAL,
    points TEXT NOT NULL    -- JSON
  ) STRICT;
  CREATE INDEX calibrations_by_machine ON calibrations (machine, engine, backend, at_ms);
  `,
  `
  CREATE TABLE timed_prompts (
    machine TEXT NOT NULL,
    engine TEXT NOT NULL,
    backend TEXT NOT NULL,
    model TEXT NOT NULL,
    model_bytes INTEGER NOT NULL,
    arrangement TEXT NOT NULL, -- JSON: what else their pace depends on
    at_ms INTEGER NOT NULL,
    prompts TEXT NOT NULL,     -- JSON
    PRIMARY KEY (machine, engine, backend, model, model_bytes, arrangement)
  ) STRICT, WITHOUT ROWID;
  `,
  // a measured server has rates at several depths and of several streams, and its run lies in a file
  `
  ALTER TABLE receipts ADD COLUMN bench TEXT;
  CREATE TABLE rates_of_places (
    receipt INTEGER NOT NULL REFERENCES receipts (id) ON DELETE CASCADE,
    what TEXT NOT NULL,
    at REAL,                -- tokens in each cache, or of the prompt; NULL: as its receipt's times say
    streams INTEGER NOT NULL,
    base_per_sec REAL,
    predicted_per_sec REAL,
    low_per_sec REAL,
    high_per_sec REAL,
    measured_per_sec REAL NOT NULL,
    tokens INTEGER NOT NULL
  ) STRICT;
  INSERT INTO rates_of_places
    SELECT receipt, what, NULL, 1, base_per_sec, predicted_per_sec, low_per_sec, high_per_sec, measured_per_sec, tokens FROM rates;
  DROP TABLE rates;
  ALTER TABLE rates_of_places RENAME TO rates;
  CREATE UNIQUE INDEX rates_by_place ON rates (receipt, what, streams, COALESCE(at, -1));
  `,
];

/** Brings the database to the newest form. Two processes may try at once: the second finds the work done. */
export function migrate(database: DatabaseSync, path: string, steps: readonly string[] = STEPS): void {
  if (version(database) === steps.length) return;
  database.exec("BEGIN IMMEDIATE");
  try {
    const from = version(database);
    if (from > steps.length) throw new LoadoutError("receipts-newer", { path, got: from, expected: steps.length });
    for (const step of steps.slice(from)) database.exec(step);
    database.exec(`PRAGMA user_version = ${steps.length}`);
    database.exec("COMMIT");
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}

function version(database: DatabaseSync): number {
  return Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
}
