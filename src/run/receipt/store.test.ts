import { fork } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LoadoutError, type ErrorCode } from "../../facts/errors/index.ts";
import type { NewReceipt } from "./receipt.ts";
import { residualBytes } from "./receipt.ts";
import { migrate } from "./schema.ts";
import { openReceipts, type ReceiptStore } from "./store.ts";

const RECEIPT: NewReceipt = {
  machine: "machine-a",
  engine: { name: "embedded", version: "3.21.1", build: "llama.cpp v0.4.0", backend: "cpu" },
  model: { name: "small", fileBytes: 98_000_000, architecture: "llama", quantization: "Q4_1" },
  settings: {
    context: 2048,
    sequences: 1,
    unifiedCache: false,
    batch: 512,
    microBatch: 512,
    flashAttention: true,
    cacheTypeK: "q8_0",
    cacheTypeV: "f16",
    gpuLayers: "all",
    threads: 2,
  },
  goal: "interactive",
  memory: [
    {
      path: "host/compute",
      place: "host",
      term: "compute",
      predictedBytes: 5_000_000,
      actualBytes: 4_999_999,
      exact: false,
    },
    {
      path: "host/weights",
      place: "host",
      term: "weights",
      predictedBytes: 96_000_000,
      actualBytes: 96_000_000,
      exact: true,
    },
    { path: "0/kv", place: "0", term: "kv", predictedBytes: 1 },
  ],
  rates: [
    {
      what: "decode",
      basePerSec: 50,
      predictedPerSec: 55,
      lowPerSec: 40,
      highPerSec: 70,
      measuredPerSec: 60,
      tokens: 40,
    },
    { what: "prefill", measuredPerSec: 400, tokens: 37 },
  ],
  times: { loadMs: 900, firstTokenMs: 210.5, promptTokens: 37, replyTokens: 41 },
  prediction: {
    key: "memory",
    label: "Memory",
    unit: "bytes",
    value: 3,
    provenance: "formula",
    parts: [{ key: "host", label: "Host", unit: "bytes", value: 3, provenance: "header", formula: "1 + 2" }],
  },
};

describe("receipts", () => {
  let folder: string;
  let clock: number;
  const open = () => openReceipts(folder, () => clock);
  const withStore = <Value>(body: (store: ReceiptStore) => Value): Value => {
    const store = open();
    try {
      return body(store);
    } finally {
      store.close();
    }
  };

  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), "receipts-")), "data");
    clock = 1_800_000_000_000;
  });
  afterEach(() => rmSync(join(folder, ".."), { recursive: true, force: true }));

  it("gives back what it was given, after it was closed and opened", () => {
    const id = withStore((store) => store.add(RECEIPT));
    const receipt = withStore((store) => store.show(id));
    const { memory, ...rest } = RECEIPT;
    expect(receipt).toMatchObject({ id, atMs: clock, ...rest });
    expect(receipt.memory).toEqual(memory.toSorted((a, b) => a.path.localeCompare(b.path)));
    expect(receipt.memory.map(residualBytes)).toEqual([undefined, 1, 0]);
  });

  it("keeps what is absent absent", () => {
    const { goal: _, times: __, prediction: ___, ...bare } = RECEIPT;
    const receipt = withStore((store) => store.show(store.add(bare)));
    expect(receipt).not.toHaveProperty("goal");
    expect(receipt).not.toHaveProperty("times");
    expect(receipt).not.toHaveProperty("prediction");
    expect(receipt.model).not.toHaveProperty("sha256");
  });

  it("keeps timed prompts by what their pace depends on, the newest in place of older ones", () => {
    const { settings, model } = RECEIPT;
    const of = { machine: "machine-a", engine: "llama-server", backend: "cpu", model, settings, threads: 1 };
    const prompts = [{ stepTokens: 94, promptTokens: 1024, tokensPerSec: 208.5 }];
    withStore((store) => {
      expect(store.promptsFor(of)).toEqual([]);
      store.keepPrompts(of, [{ ...prompts[0]!, tokensPerSec: 1 }]);
      store.keepPrompts(of, prompts);
    });
    withStore((store) => {
      expect(store.promptsFor(of)).toEqual(prompts);
      // more slots or another step are the same machine at the same work
      expect(store.promptsFor({ ...of, settings: { ...settings, sequences: 8, batch: 96, microBatch: 96 } })).toEqual(
        prompts,
      );
      expect(store.promptsFor({ ...of, threads: 2 })).toEqual([]);
      expect(store.promptsFor({ ...of, settings: { ...settings, gpuLayers: 0 } })).toEqual([]);
      expect(store.promptsFor({ ...of, machine: "machine-b" })).toEqual([]);
    });
  });

  it("lists newest first, of a machine where one is asked for, up to a limit", () => {
    withStore((store) => {
      for (const machine of ["machine-a", "machine-b", "machine-a"]) {
        clock += 1000;
        store.add({ ...RECEIPT, machine });
      }
      expect(store.list().map(({ id }) => id)).toEqual([3, 2, 1]);
      expect(store.list({ machine: "machine-a" }).map(({ id }) => id)).toEqual([3, 1]);
      expect(store.list({ machine: "machine-a", backend: "vulkan" })).toEqual([]);
      expect(store.list({ limit: 1 }).map(({ id }) => id)).toEqual([3]);
    });
  });

  it("removes a receipt with its terms, and refuses one that is not there", () => {
    withStore((store) => {
      const id = store.add(RECEIPT);
      store.remove(id);
      expect(store.list()).toEqual([]);
      expectCode("receipt-not-found", () => store.show(id));
      expectCode("receipt-not-found", () => store.remove(id));
    });
    const database = new DatabaseSync(join(folder, "receipts.sqlite"));
    expect(database.prepare("SELECT count(*) AS left FROM terms").get()).toEqual({ left: 0 });
    database.close();
  });

  it("exports everything, oldest first, as JSON that reads back the same", () => {
    withStore((store) => {
      store.add(RECEIPT);
      store.add({ ...RECEIPT, machine: "machine-b" });
      const all = store.exportAll();
      expect(all.schema).toBe("loadout-receipts/1");
      expect(all.receipts.map(({ machine }) => machine)).toEqual(["machine-a", "machine-b"]);
      expect(JSON.parse(JSON.stringify(all))).toEqual(all);
    });
  });

  it("calibrates from the runs of the same machine, engine and back end only", () => {
    withStore((store) => {
      const backend = (name: string) => ({ ...RECEIPT.engine, backend: name });
      expect(store.calibrationFor("machine-a", "embedded", "cpu")).toBeUndefined();
      for (let run = 0; run < 5; run += 1) store.add(RECEIPT);
      store.add({
        ...RECEIPT,
        machine: "machine-b",
        rates: [{ what: "decode", basePerSec: 1, measuredPerSec: 9, tokens: 9 }],
      });
      store.add({
        ...RECEIPT,
        engine: backend("vulkan"),
        rates: [{ what: "decode", basePerSec: 1, measuredPerSec: 9, tokens: 9 }],
      });
      const calibration = store.calibrationFor("machine-a", "embedded", "cpu")!;
      expect(calibration.decode!.factor).toBeCloseTo(60 / 50, 12);
      expect(calibration.decode!.runs).toBe(5);
      expect(Math.exp(2 * calibration.decode!.spread)).toBeLessThanOrEqual(1.3);
      expect(calibration).not.toHaveProperty("prefill"); // no base prediction was kept for it
    });
  });

  it("keeps the rates of a measured server by depth and streams, with the file of the run; one receipt can be left out", () => {
    const rate = (streams: number, at: number, measuredPerSec: number) => ({
      what: "decode" as const,
      at,
      streams,
      basePerSec: 100,
      measuredPerSec,
      tokens: 64,
    });
    withStore((store) => {
      const rates = [rate(2, 100, 40), rate(2, 900, 40), rate(4, 100, 40)];
      const id = store.add({ ...RECEIPT, rates, bench: "run.json" });
      expect(store.show(id)).toMatchObject({ rates, bench: "run.json" });
      expect(() => store.add({ ...RECEIPT, rates: [rate(2, 100, 1), rate(2, 100, 2)] })).toThrow();
      const single = { what: "decode" as const, at: 100, basePerSec: 100, measuredPerSec: 80, tokens: 64 };
      const other = store.add({ ...RECEIPT, rates: [single] });
      // several streams are another matter than one
      const { decode, together } = store.calibrationFor("machine-a", "embedded", "cpu")!;
      expect([decode!.runs, together!.runs]).toEqual([1, 3]);
      expect(decode!.factor).toBeCloseTo(0.8, 12);
      expect(together!.factor).toBeCloseTo(0.4, 12);
      store.remove(other);
      expect(store.calibrationFor("machine-a", "embedded", "cpu", undefined, id)).toBeUndefined();
    });
  });

  it("takes receipts of the form before along: rates without a place are those of one stream", () => {
    const path = join(folder, "receipts.sqlite");
    withStore((store) => store.add(RECEIPT));
    const database = new DatabaseSync(path);
    // as the third form had it
    database.exec(`
      ALTER TABLE receipts DROP COLUMN bench;
      CREATE TABLE old (receipt INTEGER NOT NULL REFERENCES receipts (id) ON DELETE CASCADE, what TEXT NOT NULL,
        base_per_sec REAL, predicted_per_sec REAL, low_per_sec REAL, high_per_sec REAL, measured_per_sec REAL NOT NULL,
        tokens INTEGER NOT NULL, PRIMARY KEY (receipt, what)) STRICT, WITHOUT ROWID;
      INSERT INTO old SELECT receipt, what, base_per_sec, predicted_per_sec, low_per_sec, high_per_sec, measured_per_sec, tokens FROM rates;
      DROP TABLE rates;
      ALTER TABLE old RENAME TO rates;
      PRAGMA user_version = 3;
    `);
    database.close();
    withStore((store) => {
      expect(store.show(1).rates).toEqual(RECEIPT.rates);
      expect(store.calibrationFor("machine-a", "embedded", "cpu")!.decode!.factor).toBeCloseTo(60 / 50, 12);
    });
  });

  it("keeps calibrations: they start over, and their threads go to files not much larger", () => {
    withStore((store) => {
      store.add({ ...RECEIPT, rates: [{ what: "decode", basePerSec: 100, measuredPerSec: 10, tokens: 64 }] });
      clock += 1000;
      const point = (at: number, measuredPerSec: number) => ({
        what: "decode" as const,
        at,
        basePerSec: 100,
        measuredPerSec,
        tokens: 32,
      });
      const id = store.addCalibration({
        machine: "machine-a",
        engine: "embedded",
        backend: "cpu",
        model: { name: "small", fileBytes: 98_000_000 },
        threads: 3,
        bandwidthBytesPerSec: 25e9,
        points: [point(40, 80), point(40, 80), point(40, 80)],
      });
      expect(id).toBe(1);
    });
    withStore((store) => {
      const { decode } = store.calibrationFor("machine-a", "embedded", "cpu")!;
      expect(decode!.factor).toBeCloseTo(0.8, 12);
      expect(decode!.runs).toBe(3);
      expect(store.calibrationFor("machine-b", "embedded", "cpu")).toBeUndefined();
      expect(store.calibratedThreads("machine-a", "embedded", "cpu", 300_000_000)).toBe(3);
      expect(store.calibratedThreads("machine-a", "embedded", "cpu", 500_000_000)).toBeUndefined();
    });
    withStore((store) => {
      const again = {
        machine: "machine-a",
        engine: "embedded",
        backend: "cpu",
        model: { name: "small", fileBytes: 98_000_000 },
        threads: 3,
        points: [{ what: "decode" as const, at: 40, basePerSec: 100, measuredPerSec: 50, tokens: 32 }],
      };
      clock += 1000;
      store.addCalibration(again);
      store.addCalibration({ ...again, machine: "machine-b" });
      const list = store.listCalibrations();
      expect(list.map(({ id, inUse }) => [id, inUse])).toEqual([
        [3, true],
        [2, true],
        [1, false],
      ]);
      // each by itself
      expect(list.map(({ learned }) => learned?.decode?.factor)).toEqual([0.5, 0.5, expect.closeTo(0.8, 12)]);
      expect(store.showCalibration(1)).toEqual(list[2]);
      store.removeCalibration(2);
      expect(store.showCalibration(1).inUse).toBe(true);
      expectCode("calibration-not-found", () => store.showCalibration(2));
      expectCode("calibration-not-found", () => store.removeCalibration(2));
    });
  });

  it("adds all of a receipt or nothing", () => {
    withStore((store) => {
      const twice = [...RECEIPT.rates, RECEIPT.rates[0]!];
      expect(() => store.add({ ...RECEIPT, rates: twice })).toThrow();
      expect(store.list()).toEqual([]);
      expect(store.add(RECEIPT)).toBe(1);
    });
  });

  it("serves two processes that write at once", async () => {
    const writer = join(folder, "..", "writer.ts");
    const module = new URL("./store.ts", import.meta.url).href;
    writeFileSync(
      writer,
      `const { openReceipts } = await import(${JSON.stringify(module)});
       const store = openReceipts(${JSON.stringify(folder)}, () => Number(process.argv[2]));
       for (let run = 0; run < 25; run += 1) store.add(${JSON.stringify(RECEIPT)});
       store.close();`,
    );
    const write = (at: number) => {
      const { promise, resolve } = Promise.withResolvers<number | null>();
      fork(writer, [String(at)], { execArgv: [] }).on("exit", resolve);
      return promise;
    };
    expect(await Promise.all([write(1), write(2)])).toEqual([0, 0]);
    const receipts = withStore((store) => store.list());
    expect(receipts).toHaveLength(50);
    expect(receipts.every(({ memory, rates }) => memory.length === 3 && rates.length === 2)).toBe(true);
  });

  it("refuses a store of a newer form and leaves it as it is", () => {
    withStore((store) => store.add(RECEIPT));
    const path = join(folder, "receipts.sqlite");
    const database = new DatabaseSync(path);
    database.exec("PRAGMA user_version = 99");
    expectCode("receipts-newer", open);
    expect(database.prepare("SELECT count(*) AS kept FROM receipts").get()).toEqual({ kept: 1 });
    database.close();
  });

  it("refuses a file that is no database", () => {
    withStore((store) => store.add(RECEIPT));
    const path = join(folder, "receipts.sqlite");
    for (const suffix of ["-wal", "-shm"]) rmSync(path + suffix, { force: true });
    writeFileSync(path, "not a database, but long enough to be read as one ".repeat(100));
    expectCode("receipts-unreadable", open);
  });

  it("takes a database step by step to a later form", () => {
    const database = new DatabaseSync(":memory:");
    migrate(database, "memory", ["CREATE TABLE a (x INTEGER)"]);
    database.exec("INSERT INTO a VALUES (7)");
    migrate(database, "memory", ["CREATE TABLE a (x INTEGER)", "ALTER TABLE a ADD COLUMN y INTEGER DEFAULT 8"]);
    expect(database.prepare("SELECT x, y FROM a").get()).toEqual({ x: 7, y: 8 });
    database.close();
  });

  it("goes back to the form before when a step fails", () => {
    const database = new DatabaseSync(":memory:");
    const first = "CREATE TABLE a (x INTEGER)";
    migrate(database, "memory", [first]);
    expect(() => migrate(database, "memory", [first, "CREATE TABLE b (x INTEGER)", "no such thing"])).toThrow();
    expect(database.prepare("PRAGMA user_version").get()).toEqual({ user_version: 1 });
    expect(database.prepare("SELECT count(*) AS tables FROM sqlite_schema").get()).toEqual({ tables: 1 });
    database.close();
  });
});

function expectCode(code: ErrorCode, work: () => unknown): void {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(LoadoutError);
    if (error instanceof LoadoutError) expect(error.code).toBe(code);
    return;
  }
  expect.unreachable(`expected ${code}`);
}
