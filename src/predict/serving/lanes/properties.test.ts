import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type LaneEvent, type LaneName, LanePolicy, type LaneSettings } from "../index.ts";

interface Asked {
  readonly atMs: number;
  readonly lane: LaneName;
  readonly key: string;
  readonly costTokens: number;
  /** time that it needs in the engine; cut, it goes on from where it was */
  readonly needMs: number;
}

interface Fate {
  began?: number;
  ended?: number;
  refused?: number;
}

/** An engine that works on what it is given, one ms at a time, and a gateway that does what the policy says. */
function serve(settings: LaneSettings, asked: readonly Asked[], check: (world: World) => void): Map<number, Fate> {
  const policy = new LanePolicy(settings);
  const world: World = { now: 0, inside: new Map(), waiting: new Set(), aged: new Set(), begun: [], asked, policy };
  const fates = new Map<number, Fate>(asked.map((_, id) => [id, {}]));
  const left = asked.map(({ needMs }) => needMs);
  const cutting = new Set<number>();
  let wake = Infinity;
  const tell = (event: LaneEvent) => {
    for (const decision of policy.handle(event)) {
      if (decision.kind === "wake") wake = decision.atMs;
      else if (decision.kind === "cut") cutting.add(decision.id);
      else {
        expect(world.waiting.delete(decision.id)).toBe(true);
        const fate = fates.get(decision.id)!;
        if (decision.kind === "refuse") {
          expect(fate.began ?? fate.refused).toBeUndefined();
          expect(decision.retryAfterMs).toBeGreaterThanOrEqual(1000);
          fate.refused = world.now;
        } else {
          if (fate.began === undefined) world.begun.push(decision.id);
          fate.began ??= world.now;
          world.inside.set(decision.id, world.now);
          if (decision.aged) world.aged.add(decision.id);
        }
      }
    }
  };
  let next = 0;
  for (; next < asked.length || world.inside.size + world.waiting.size > 0; world.now++) {
    const atMs = world.now;
    must("it ends", atMs < 1e6);
    for (const id of cutting) {
      cutting.delete(id);
      if (!world.inside.delete(id)) continue;
      world.aged.delete(id);
      world.waiting.add(id);
      tell({ kind: "cut", id, atMs });
    }
    for (const [id, since] of world.inside) {
      if (since === atMs - 1) tell({ kind: "started", id, atMs });
      if (since === atMs || --left[id]! > 0) continue;
      world.inside.delete(id);
      world.aged.delete(id);
      fates.get(id)!.ended = atMs;
      tell({ kind: "ended", id, atMs });
    }
    if (wake <= atMs) {
      wake = Infinity;
      tell({ kind: "tick", atMs });
    }
    for (; next < asked.length && asked[next]!.atMs <= atMs; next++) {
      world.waiting.add(next);
      const { lane, key, costTokens } = asked[next]!;
      tell({ kind: "arrived", id: next, lane, key, costTokens, atMs });
    }
    check(world);
  }
  return fates;
}

interface World {
  now: number;
  /** id, and when it went in */
  readonly inside: Map<number, number>;
  readonly waiting: Set<number>;
  readonly aged: Set<number>;
  /** ids in the order in which they first began */
  readonly begun: number[];
  readonly asked: readonly Asked[];
  readonly policy: LanePolicy;
}

function count(world: World, ids: Iterable<number>, lane: LaneName): number {
  let found = 0;
  for (const id of ids) if (world.asked[id]!.lane === lane) found++;
  return found;
}

/** `expect` is too slow for every millisecond of every story. */
function must(what: string, holds: boolean): void {
  if (!holds) throw new Error(what);
}

const settings = fc.integer({ min: 1, max: 4 }).chain((slots) =>
  fc.record({
    slots: fc.constant(slots),
    reserved: fc.integer({ min: 0, max: slots - 1 }),
    holdMs: fc.constant(0),
    preemption: fc.constantFrom("rests" as const, "cut" as const, "none" as const),
    quietMs: fc.constantFrom(0, 10),
    agingMs: fc.constantFrom(40, 160),
    queue: fc.constant({ interactive: 8, batch: 30 }),
    patienceMs: fc.constantFrom({ interactive: 200, batch: Infinity }, { interactive: Infinity, batch: Infinity }),
  }),
);

const story = fc
  .array(
    fc.record({
      atMs: fc.nat(300),
      lane: fc.constantFrom<LaneName>("interactive", "batch"),
      key: fc.constantFrom("a", "b", "c"),
      costTokens: fc.integer({ min: 1, max: 50 }),
      needMs: fc.integer({ min: 1, max: 60 }),
    }),
    { maxLength: 60 },
  )
  .map((list) => list.toSorted((a, b) => a.atMs - b.atMs));

describe("the lane policy before an engine", () => {
  it("fills the slots and no more, keeps the reserve, lets no chat wait beside a free slot, and ends each request once", () => {
    fc.assert(
      fc.property(settings, story, (chosen, asked) => {
        const fates = serve(chosen, asked, (world) => {
          const { inside, waiting, aged } = world;
          const batch = count(world, inside.keys(), "batch");
          must("no more than the slots", inside.size <= chosen.slots);
          must("one aged", aged.size <= 1);
          must("the reserve", batch - aged.size <= chosen.slots - chosen.reserved);
          const free = chosen.slots - inside.size;
          must("no chat beside a free slot", count(world, waiting, "interactive") === 0 || free === 0);
          // nothing is idle that could work: batch waits for a chat, for quiet, or for room
          const chats = count(world, inside.keys(), "interactive") + count(world, waiting, "interactive");
          const minds = chosen.preemption !== "rests" && (chats > 0 || chosen.quietMs > 0);
          if (!minds && count(world, waiting, "batch") > 0)
            must("nothing idle", free === 0 || batch >= chosen.slots - chosen.reserved);
        });
        for (const { began, ended, refused } of fates.values()) {
          expect((ended === undefined) !== (refused === undefined)).toBe(true);
          expect(began === undefined).toBe(ended === undefined);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("begins a key's requests in their order", () => {
    fc.assert(
      fc.property(settings, story, (chosen, asked) => {
        let begun: readonly number[] = [];
        serve(chosen, asked, (world) => (begun = world.begun));
        for (const lane of ["interactive", "batch"])
          for (const key of ["a", "b", "c"]) {
            const mine = begun.filter((id) => asked[id]!.lane === lane && asked[id]!.key === key);
            expect(mine).toEqual(mine.toSorted((a, b) => a - b));
          }
      }),
      { numRuns: 100 },
    );
  });

  it("never keeps batch out for longer than the aging time and one chat, however many chats come", () => {
    const chatMs = fc.integer({ min: 5, max: 50 });
    fc.assert(
      fc.property(settings, chatMs, fc.integer({ min: 1, max: 5 }), (chosen, needMs, jobs) => {
        const chats = Array.from({ length: 400 }, (_, at) => ({ atMs: at * 4, lane: "interactive" as const, needMs }));
        const batch = Array.from({ length: jobs }, (_, at) => ({ atMs: 2 + at, lane: "batch" as const, needMs: 30 }));
        const asked = [...chats, ...batch]
          .toSorted((a, b) => a.atMs - b.atMs)
          .map((each) => ({ ...each, key: "a", costTokens: 1 }));
        let out = 0;
        serve({ ...chosen, patienceMs: { interactive: 20, batch: Infinity } }, asked, (world) => {
          const starving = count(world, world.inside.keys(), "batch") === 0 && count(world, world.waiting, "batch") > 0;
          out = starving ? out + 1 : 0;
          must("not starved", out <= chosen.agingMs + needMs + 3);
        });
      }),
      { numRuns: 100 },
    );
  });

  it("gives keys that wait the same, within the largest cost of each", () => {
    const costs = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 30, maxLength: 60 });
    fc.assert(
      fc.property(costs, fc.integer({ min: 2, max: 4 }), fc.integer({ min: 1, max: 3 }), (list, keys, slots) => {
        const asked = list.map((costTokens, id) => ({
          atMs: 0,
          lane: "batch" as const,
          key: `${id % keys}`,
          costTokens,
          needMs: costTokens,
        }));
        const chosen: LaneSettings = {
          slots,
          reserved: 0,
          holdMs: 0,
          preemption: "rests",
          quietMs: 0,
          agingMs: 1e6,
          queue: { interactive: 100, batch: 100 },
          patienceMs: { interactive: Infinity, batch: Infinity },
        };
        const largest = Math.max(...list);
        serve(chosen, asked, ({ begun }) => {
          const given = Array.from({ length: keys }, (_, key) =>
            begun.filter((id) => id % keys === key).reduce((sum, id) => sum + list[id]!, 0),
          );
          const waits = given.every((_, key) => asked.some((__, id) => id % keys === key && !begun.includes(id)));
          if (waits) must("fair", Math.max(...given) - Math.min(...given) <= 2 * largest);
        });
      }),
      { numRuns: 60 },
    );
  });

  it("holds the first of an idle engine no longer than it may", () => {
    fc.assert(
      fc.property(settings, fc.integer({ min: 1, max: 30 }), story, (chosen, holdMs, asked) => {
        serve({ ...chosen, holdMs, preemption: "rests" }, asked, (world) => {
          if (world.inside.size > 0) return;
          for (const id of world.waiting) must("not held longer", world.now - asked[id]!.atMs < holdMs);
        });
      }),
      { numRuns: 100 },
    );
  });
});
