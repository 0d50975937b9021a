import fc from "fast-check";
import { mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { AddressServer, oneModel } from "../testing/one-model.ts";
import { HandClock } from "../testing/hand-clock.ts";
import { Claims, HOST, ModelPool, roomOf, type PoolEvent, type Room, type Servable } from "./index.ts";

const never = new AbortController().signal;
const host = (bytes: number): Room => roomOf([["host", bytes]]);

/** A model that loads at once, and whose engine tells when it was stopped. */
async function servable(
  name: string,
  bytes: number,
  more: Partial<Servable> = {},
): Promise<Servable & { starts: number; stopped: number }> {
  const { serving } = await oneModel("http://127.0.0.1:1").acquire("", never);
  const model = {
    name,
    needs: host(bytes),
    starts: 0,
    stopped: 0,
    start: async () => {
      model.starts++;
      const server = new AddressServer("http://127.0.0.1:1", name);
      server.stop = async () => void model.stopped++;
      return { ...serving, server };
    },
    ...more,
  };
  return model;
}

function poolOf(models: readonly Servable[], bytes = 100, idleMs = Infinity) {
  const clock = new HandClock();
  const events: PoolEvent[] = [];
  const pool = new ModelPool({
    models,
    budget: () => host(bytes),
    idleMs,
    clock,
    onEvent: (event) => events.push(event),
  });
  return { pool, clock, events };
}

describe("models behind one address", () => {
  it("loads once for all who ask, and finds by name, alias and default", async () => {
    const model = await servable("a", 10, { aliases: ["gpt-4o"] });
    const { pool } = poolOf([model]);
    expect(pool.list()).toEqual([{ name: "a", state: "on-demand" }]);
    const held = await Promise.all(["", "a", "gpt-4o"].map((name) => pool.acquire(name, never)));
    expect(model.starts).toBe(1);
    expect(new Set(held.map(({ serving }) => serving.server)).size).toBe(1);
    await expect(pool.acquire("b", never)).rejects.toMatchObject({ code: "model-not-served", httpStatus: 404 });
  });

  it("unloads the least lately used one that nobody uses", async () => {
    const [a, b, c] = [await servable("a", 40), await servable("b", 40), await servable("c", 40)];
    const { pool, clock, events } = poolOf([a, b, c]);
    (await pool.acquire("a", never)).release();
    clock.turn(1);
    (await pool.acquire("b", never)).release();
    clock.turn(1);
    (await pool.acquire("a", never)).release();
    await pool.acquire("c", never);
    expect([a.stopped, b.stopped]).toEqual([0, 1]);
    expect(events.find(({ kind }) => kind === "unloading")).toEqual({
      kind: "unloading",
      model: "b",
      because: "c needs its memory",
    });
  });

  it("waits where all that is loaded is in use, and keeps what is to be kept", async () => {
    const [a, b] = [await servable("a", 60, { keep: true }), await servable("b", 60)];
    const { pool } = poolOf([a, b]);
    const first = await pool.acquire("a", never);
    let came = false;
    const second = pool.acquire("b", never).then(() => (came = true));
    await Promise.resolve();
    expect(came).toBe(false);
    first.release();
    await second;
    expect(a.stopped).toBe(1);
  });

  it("lets a client that leaves go, and loads for the next one", async () => {
    const [a, b] = [await servable("a", 60), await servable("b", 60)];
    const { pool } = poolOf([a, b]);
    const first = await pool.acquire("a", never);
    const gone = new AbortController();
    const waiting = pool.acquire("b", gone.signal);
    gone.abort();
    await expect(waiting).rejects.toMatchObject({ code: "interrupted" });
    first.release();
    await pool.acquire("b", never);
  });

  it("refuses what never fits, and says where", async () => {
    const { pool } = poolOf([await servable("a", 200)]);
    await expect(pool.acquire("a", never)).rejects.toMatchObject({ code: "model-no-room", details: { place: "host" } });
  });

  it("unloads by age, but not what is asked for again", async () => {
    const model = await servable("a", 10);
    const { pool, clock } = poolOf([model], 100, 1000);
    (await pool.acquire("a", never)).release();
    clock.turn(999);
    (await pool.acquire("a", never)).release();
    clock.turn(999);
    expect(pool.list()[0]!.state).toBe("loaded");
    clock.turn(1);
    await expect.poll(() => model.stopped, { interval: 1 }).toBe(1);
    expect(pool.list()[0]!.state).toBe("on-demand");
  });

  it("starts an engine again that was given up, and says what loading threw", async () => {
    const model = await servable("a", 10);
    const { pool } = poolOf([model]);
    const { serving } = await pool.acquire("a", never);
    (serving.server as AddressServer).become("ready");
    Object.assign(serving.server, { state: "failed" });
    await pool.acquire("a", never);
    expect(model.starts).toBe(2);
    const broken = poolOf([await servable("b", 1, { start: () => Promise.reject(new Error("no file")) })]);
    await expect(broken.pool.acquire("b", never)).rejects.toThrow("no file");
    expect(broken.events.at(-1)).toEqual({ kind: "failed", model: "b", because: "no file" });
  });

  it("stops everything when it is closed", async () => {
    const model = await servable("a", 10);
    const { pool } = poolOf([model]);
    await pool.acquire("a", never);
    await pool.close();
    expect(model.stopped).toBe(1);
    await expect(pool.acquire("a", never)).rejects.toMatchObject({ code: "gateway-closing" });
  });

  it("never takes more than there is, whoever asks in whatever order", async () => {
    const asks = fc.array(fc.record({ model: fc.nat(3), hold: fc.nat(4) }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(
        asks,
        fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 4, maxLength: 4 }),
        async (list, sizes) => {
          const models = await Promise.all(sizes.map((bytes, index) => servable(`m${index}`, bytes)));
          const { pool } = poolOf(models);
          const taken = () => pool.loaded().reduce((total, { needs }) => total + needs.get("host")!, 0);
          await Promise.all(
            list.map(async ({ model, hold }) => {
              const { release, serving } = await pool.acquire(`m${model}`, never);
              for (let turn = 0; turn < hold; turn++) {
                await Promise.resolve();
                expect(taken()).toBeLessThanOrEqual(100);
              }
              expect(pool.loaded().some((loaded) => loaded.serving === serving)).toBe(true);
              release();
            }),
          );
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe("runs on one machine", () => {
  it("see each other, and forget who is gone", async () => {
    const folder = join(await mkdtemp(join(tmpdir(), "loadout-runs-")), "runs");
    const alive = new Set([1, 2]);
    const [one, two] = [1, 2].map((pid) => new Claims(folder, pid, (other) => alive.has(other)));
    const about = { startedAt: "2026-11-25T01:00:00Z", url: "http://127.0.0.1:8080", models: ["a"], takes: host(10) };
    expect(await two!.others()).toEqual([]);
    await one!.write(about);
    expect(await one!.others()).toEqual([]);
    expect(await two!.others()).toEqual([{ pid: 1, ...about }]);
    expect(await two!.taken([])).toEqual(host(10));
    const card = (bytes: number) => ({
      ...about,
      takes: roomOf([
        [HOST, 5],
        ["gpu0", bytes],
      ]),
    });
    await one!.write(card(10));
    const seen = await two!.others();
    await one!.write(card(30));
    expect(await two!.taken(seen)).toEqual(
      roomOf([
        [HOST, 5],
        ["gpu0", 20],
      ]),
    );
    alive.delete(1);
    expect(await two!.others()).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });
});
