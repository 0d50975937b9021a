import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type LaneDecision, type LaneEvent, type LaneName, LanePolicy, type LaneSettings } from "../index.ts";
import { KEPT_SHARE } from "./policy.ts";

/** The same rules over one list, read anew for every event: slow, and short enough to be seen to be right. */
class Reference {
  readonly settings: LaneSettings;
  items: Item[] = [];
  order = 0;
  slots: number;
  lastChat = -Infinity;
  lastBatch = -Infinity;
  hold = -Infinity;
  shares = {
    interactive: { clock: 0, at: new Map<string, number>() },
    batch: { clock: 0, at: new Map<string, number>() },
  };

  constructor(settings: LaneSettings) {
    this.settings = settings;
    this.slots = settings.slots;
  }

  handle(event: LaneEvent): string[] {
    const now = event.atMs;
    const said: string[] = [];
    this.expire(said, (latest) => latest < now);
    const arrived = event.kind === "arrived" ? this.arrive(event, said) : undefined;
    if (event.kind === "slots") this.slots = Math.min(event.slots, this.settings.slots);
    if (event.kind === "started" || event.kind === "ended" || event.kind === "cut" || event.kind === "left")
      this.change(event.id, event.kind, now);
    this.fill(now, said);
    this.cut(now, said);
    if (arrived && this.fresh(arrived.lane).length > this.settings.queue[arrived.lane]) {
      if (this.hold > -Infinity) {
        this.hold = -Infinity;
        this.fill(now, said);
      }
      if (arrived.place === "waiting" && this.fresh(arrived.lane).length > this.settings.queue[arrived.lane])
        this.refuse(this.surplus(arrived), this.slots > 0 ? "queue-full" : "no-engine", said);
    }
    this.expire(said, (latest) => latest <= now);
    return said;
  }

  waiting = (lane: LaneName) =>
    this.items.filter((item) => item.lane === lane && ["waiting", "again"].includes(item.place));
  fresh = (lane: LaneName) => this.items.filter((item) => item.lane === lane && item.place === "waiting");
  inside = (lane: LaneName) =>
    this.items.filter((item) => item.lane === lane && ["engine", "cutting"].includes(item.place));
  again = (lane: LaneName) => this.waiting(lane).find(({ place }) => place === "again");
  running = () => this.inside("interactive").length + this.inside("batch").length;

  arrive(event: LaneEvent & { kind: "arrived" }, said: string[]): Item | undefined {
    const { id, lane, key, costTokens = 1, deadlineMs = Infinity, atMs } = event;
    const latest = Math.min(deadlineMs, atMs + this.settings.patienceMs[lane]);
    const item: Item = {
      id,
      lane,
      key,
      cost: costTokens,
      order: this.order++,
      arrived: atMs,
      latest,
      place: "waiting",
      started: false,
      left: false,
      kept: 0,
      went: 0,
    };
    if (deadlineMs < atMs) {
      this.refuse(item, "too-late", said);
      return undefined;
    }
    if (this.items.length === 0 && this.slots > 1 && this.settings.holdMs > 0) this.hold = atMs + this.settings.holdMs;
    if (latest < atMs + 2 * this.settings.holdMs) this.hold = -Infinity;
    const share = this.shares[lane];
    if (!this.fresh(lane).some((other) => other.key === key))
      share.at.set(key, Math.max(share.at.get(key) ?? 0, share.clock));
    this.items.push(item);
    return item;
  }

  change(id: number, kind: "started" | "ended" | "cut" | "left", now: number): void {
    const item = this.items.find((each) => each.id === id);
    if (!item) return;
    const inside = item.place === "engine" || item.place === "cutting";
    if (kind === "left") {
      item.left = true;
      if (!inside) this.forget(item);
    } else if (inside && kind === "started") {
      item.started = true;
      if (item.lane === "batch") this.lastBatch = now;
      if (item.kept > 0) item.kept = now + this.settings.agingMs * KEPT_SHARE;
    } else if (inside) {
      if (item.lane === "interactive") this.lastChat = now;
      else if (item.started) this.lastBatch = now;
      item.kept = 0;
      item.place = "again";
      if (kind === "ended" || item.left) this.forget(item);
    }
  }

  turn(lane: LaneName): Item {
    const at = (item: Item) => this.shares[lane].at.get(item.key)!;
    const [first] = this.fresh(lane).toSorted((a, b) => at(a) - at(b) || a.order - b.order);
    return this.again(lane) ?? first!;
  }

  fill(now: number, said: string[]): void {
    const all = this.waiting("interactive").length + this.waiting("batch").length;
    if (this.hold <= now || this.running() > 0 || all === 0 || all >= this.slots) this.hold = -Infinity;
    if (this.hold > now) return;
    while (this.running() < this.slots) {
      const batch = this.waiting("batch");
      const chats = this.waiting("interactive");
      const quiet =
        chats.length + this.inside("interactive").length === 0 && this.lastChat + this.settings.quietMs <= now;
      const room = Math.min(this.slots, this.settings.slots - this.settings.reserved, quiet ? Infinity : this.beside());
      const old = this.again("batch") ?? batch[0];
      const starved =
        old &&
        this.inside("batch").length === 0 &&
        Math.max(old.arrived, this.lastBatch) + this.settings.agingMs <= now;
      if (batch.length > 0 && chats.length === 0 && this.inside("batch").length < room)
        this.dispatch(this.turn("batch"), false, now, said);
      else if (starved) this.dispatch(old, true, now, said);
      else if (chats.length > 0) this.dispatch(this.turn("interactive"), false, now, said);
      else return;
    }
  }

  beside = () => this.settings.beside ?? (this.settings.preemption === "rests" ? Infinity : 0);

  dispatch(item: Item, aged: boolean, now: number, said: string[]): void {
    if (item.place === "waiting") {
      const share = this.shares[item.lane];
      const at = share.at.get(item.key)!;
      const order = (each: Item) => share.at.get(each.key)!;
      const [first] = this.fresh(item.lane).toSorted((a, b) => order(a) - order(b) || a.order - b.order);
      if (first!.key === item.key) share.clock = at;
      share.at.set(item.key, at + item.cost);
    }
    Object.assign(item, { place: "engine", started: false, kept: aged ? Infinity : 0, went: now });
    this.sent.push(item);
    said.push(`+${item.id}${aged ? "!" : ""}`);
  }

  /** in order of dispatch */
  sent: Item[] = [];

  cut(now: number, said: string[]): void {
    if (this.settings.preemption !== "cut" || this.slots === 0) return;
    const chats = this.waiting("interactive").length;
    if (chats + this.inside("interactive").length === 0) return;
    for (const item of this.sent.toReversed()) {
      const batch = this.inside("batch");
      const staying = batch.filter(({ place }) => place === "engine").length;
      const coming = Math.max(0, this.slots - this.running()) + batch.length - staying;
      if (staying <= this.beside() && coming >= chats) return;
      if (
        item.lane !== "batch" ||
        item.place !== "engine" ||
        item.left ||
        item.kept > now ||
        !this.items.includes(item)
      )
        continue;
      item.place = "cutting";
      said.push(`-${item.id}`);
    }
  }

  expire(said: string[], late: (latest: number) => boolean): void {
    for (const item of this.items.filter((each) => each.place === "waiting" && late(each.latest)))
      this.refuse(item, this.slots > 0 ? "too-late" : "no-engine", said);
  }

  surplus(arrived: Item): Item {
    const of = (key: string) => this.fresh(arrived.lane).filter((item) => item.key === key);
    const keys = [...new Set(this.fresh(arrived.lane).map(({ key }) => key))].map(of);
    const [most] = keys.toSorted((a, b) => b.length - a.length || b.at(-1)!.order - a.at(-1)!.order);
    return most!.length > of(arrived.key).length ? most!.at(-1)! : arrived;
  }

  refuse(item: Item, reason: string, said: string[]): void {
    said.push(`x${item.id} ${reason}`);
    this.forget(item);
  }

  forget(item: Item): void {
    this.items = this.items.filter((each) => each !== item);
    if (!this.items.some(({ lane }) => lane === item.lane)) this.shares[item.lane] = { clock: 0, at: new Map() };
    this.sent = this.sent.filter((each) => each !== item);
  }
}

interface Item {
  readonly id: number;
  readonly lane: LaneName;
  readonly key: string;
  readonly cost: number;
  readonly order: number;
  readonly arrived: number;
  readonly latest: number;
  place: "waiting" | "again" | "engine" | "cutting";
  started: boolean;
  left: boolean;
  kept: number;
  went: number;
}

const settings: fc.Arbitrary<LaneSettings> = fc.integer({ min: 1, max: 5 }).chain((slots) =>
  fc.record({
    slots: fc.constant(slots),
    reserved: fc.integer({ min: 0, max: slots }),
    holdMs: fc.constantFrom(0, 0, 3, 10),
    preemption: fc.constantFrom("rests", "cut", "cut", "none"),
    quietMs: fc.constantFrom(0, 5, 20),
    agingMs: fc.constantFrom(8, 40, 400),
    queue: fc.record({ interactive: fc.integer({ min: 0, max: 6 }), batch: fc.integer({ min: 0, max: 6 }) }),
    patienceMs: fc.record({
      interactive: fc.constantFrom(15, 60, Infinity),
      batch: fc.constantFrom(15, 200, Infinity),
    }),
    beside: fc.constantFrom(0, 1, 2),
  }),
);

/** what happens, and how long after the one before; `which` picks among requests that it can happen to */
const happening = fc.record({
  afterMs: fc.constantFrom(0, 0, 1, 1, 2, 5, 11, 30),
  what: fc.constantFrom(
    "chat",
    "chat",
    "batch",
    "batch",
    "batch",
    "started",
    "ended",
    "ended",
    "out",
    "out",
    "left",
    "slots",
  ),
  which: fc.nat(1000),
  key: fc.constantFrom("a", "b", "c"),
  cost: fc.constantFrom(1, 10, 100),
  deadlineMs: fc.constantFrom(undefined, undefined, undefined, -1, 3, 12),
});

describe("the lane policy beside a slow reference", () => {
  it("decides the same, woken only when it asked to be", () => {
    fc.assert(
      fc.property(settings, fc.array(happening, { maxLength: 80 }), (chosen, story) => {
        const policy = new LanePolicy(chosen);
        const reference = new Reference(chosen);
        let wake = Infinity;
        let now = 0;
        let id = 0;
        const known: number[] = [];
        const told = (decisions: readonly LaneDecision[]) =>
          decisions.flatMap((decision) => {
            if (decision.kind === "wake") {
              expect(decision.atMs).toBeGreaterThan(now);
              wake = decision.atMs;
              return [];
            }
            if (decision.kind === "dispatch") return [`+${decision.id}${decision.aged ? "!" : ""}`];
            return [decision.kind === "cut" ? `-${decision.id}` : `x${decision.id} ${decision.reason}`];
          });
        const both = (event: LaneEvent) =>
          expect(told(policy.handle(event)).sort()).toEqual(reference.handle(event).sort());
        for (const { afterMs, what, which, key, cost, deadlineMs } of story) {
          for (const until = now + afterMs; now < until;) {
            now++;
            if (wake > now) expect(reference.handle({ kind: "tick", atMs: now })).toEqual([]);
            else {
              wake = Infinity;
              both({ kind: "tick", atMs: now });
            }
          }
          if (what === "chat" || what === "batch") {
            const deadline = deadlineMs === undefined ? {} : { deadlineMs: now + deadlineMs };
            known.push(++id);
            both({
              kind: "arrived",
              id,
              lane: what === "chat" ? "interactive" : "batch",
              key,
              costTokens: cost,
              ...deadline,
              atMs: now,
            });
          } else if (what === "slots") both({ kind: "slots", slots: which % 4 === 0 ? 0 : which % 7, atMs: now });
          else {
            const cutting = reference.items.filter(({ place }) => place === "cutting").map((item) => item.id);
            const inside = reference.sent.map((item) => item.id);
            const among = what === "out" && cutting.length > 0 ? cutting : which % 10 === 0 ? known : inside;
            const picked = among[which % Math.max(1, among.length)];
            if (picked !== undefined) both({ kind: what === "out" ? "cut" : what, id: picked, atMs: now });
          }
          const counts = policy.counts();
          expect(counts.batch).toEqual({
            waiting: reference.waiting("batch").length,
            inEngine: reference.inside("batch").length,
          });
          expect(counts.interactive).toEqual({
            waiting: reference.waiting("interactive").length,
            inEngine: reference.inside("interactive").length,
          });
        }
      }),
      { numRuns: 600 },
    );
  });
});
