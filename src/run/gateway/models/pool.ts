import { LoadoutError } from "../../../facts/errors/index.ts";
import { formatBytes } from "../../../facts/units/index.ts";
import type { Clock } from "../clock.ts";
import type { ListedModel, Models, Serving } from "../serving.ts";
import type { LaneName } from "../../../predict/serving/index.ts";
import { lacking, minus, sum, type Room } from "./room.ts";

/** A model that can be served: what it takes, and how it is loaded. */
export interface Servable {
  readonly name: string;
  /** takes only this lane's requests: another of the same name takes the other's */
  readonly lane?: LaneName;
  /** other names it answers to */
  readonly aliases?: readonly string[];
  /** memory while it is loaded, as predicted */
  readonly needs: Room;
  /** stays although nobody asks for it; it goes only where another needs its memory */
  readonly keep?: boolean;
  readonly contextTokens?: number;
  readonly embeddings?: boolean;
  readonly images?: boolean;
  /** Loads it. It runs on when `signal` aborts after that. */
  start(signal: AbortSignal): Promise<Serving>;
}

export interface PoolOptions {
  /** the first is the default */
  readonly models: readonly Servable[];
  /** memory for all models together, asked before each load */
  readonly budget: () => Room | Promise<Room>;
  /** a model that nobody asked for so long is unloaded */
  readonly idleMs: number;
  readonly clock: Clock;
  readonly onEvent?: (event: PoolEvent) => void;
}

export interface PoolEvent {
  readonly kind: "loading" | "loaded" | "unloading" | "unloaded" | "failed";
  readonly model: string;
  /** the lane that this engine of the model is for; absent: both */
  readonly lane?: LaneName;
  /** why it is unloaded, or what failed */
  readonly because?: string;
}

/** A model with its engine. */
export interface LoadedModel extends Pick<Servable, "name" | "lane" | "needs"> {
  readonly serving: Serving;
}

const LANES = ["interactive", "batch"] as const;

interface Slot {
  readonly model: Servable;
  serving: Serving | undefined;
  loading: Promise<void> | undefined;
  /** there was room for it, and it is being loaded */
  starting: boolean;
  holders: number;
  lastUsedMs: number;
  endIdle: (() => void) | undefined;
}

/** Models behind one address: loaded when asked for, unloaded by age, or, least lately used first, where another needs room. */
export class ModelPool implements Models {
  readonly #options: PoolOptions;
  readonly #slots: readonly Slot[];
  readonly #byName: Readonly<Record<LaneName, Map<string, Slot>>> = { interactive: new Map(), batch: new Map() };
  /** loads and unloads happen one after the other, so that memory is counted once */
  #turn: Promise<unknown> = Promise.resolve();
  #released = Promise.withResolvers<void>();
  readonly #closing = new AbortController();

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#slots = options.models.map((model) => ({
      model,
      serving: undefined,
      loading: undefined,
      starting: false,
      holders: 0,
      lastUsedMs: 0,
      endIdle: undefined,
    }));
    // a name goes before what others are also called
    for (const namesOf of [({ name }: Servable) => [name], ({ aliases = [] }: Servable) => aliases])
      for (const slot of this.#slots)
        for (const lane of slot.model.lane ? [slot.model.lane] : LANES)
          for (const name of namesOf(slot.model)) if (!this.#byName[lane].has(name)) this.#byName[lane].set(name, slot);
  }

  list(): readonly ListedModel[] {
    const first = this.#slots.filter(
      ({ model: { name } }, at, all) => at === all.findIndex((slot) => slot.model.name === name),
    );
    return first.map(({ model, serving, loading }) => {
      const abilities = serving?.server.abilities;
      // an address says what it can do only once it was asked
      const { contextTokens = abilities?.contextPerSlot, images = abilities?.images } = model;
      return {
        name: model.name,
        state: serving ? "loaded" : loading ? "loading" : "on-demand",
        ...(contextTokens === undefined ? {} : { contextTokens }),
        ...(model.embeddings === undefined ? {} : { embeddings: model.embeddings }),
        ...(images === undefined ? {} : { images }),
      };
    });
  }

  /** What is loaded now, with its engine. */
  loaded(): readonly LoadedModel[] {
    return this.#slots.flatMap(({ model: { name, lane, needs }, serving }) =>
      serving ? [{ name, serving, needs, ...(lane === undefined ? {} : { lane }) }] : [],
    );
  }

  /** Memory of what is loaded and of what is being loaded. */
  holds(): Room {
    return sum(this.#slots.flatMap(({ model, serving, starting }) => (serving || starting ? [model.needs] : [])));
  }

  async acquire(
    name: string,
    signal: AbortSignal,
    lane: LaneName = "interactive",
  ): Promise<{ serving: Serving; release: () => void }> {
    const byName = this.#byName[lane];
    const slot = byName.get(name === "" ? this.#slots[0]!.model.name : name);
    if (slot === undefined) {
      const known = this.#slots.map(({ model }) => model.name).join(", ");
      throw new LoadoutError("model-not-served", { name, known });
    }
    slot.endIdle?.();
    // held from now on: what is being loaded for somebody is not unloaded for somebody else
    slot.holders++;
    try {
      await this.#ready(slot, signal);
    } catch (error) {
      this.#release(slot);
      throw error;
    }
    let held = true;
    return {
      serving: slot.serving!,
      release: () => {
        if (held) this.#release(slot);
        held = false;
      },
    };
  }

  /** Stops all engines. What is being loaded is given up. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#turn.catch(() => {});
    await Promise.all(this.#slots.map((slot) => this.#unload(slot, "the server is being stopped")));
  }

  async #ready(slot: Slot, signal: AbortSignal): Promise<void> {
    while (!(slot.serving && slot.serving.server.state !== "failed")) {
      if (this.#closing.signal.aborted) throw new LoadoutError("gateway-closing");
      slot.loading ??= this.#inTurn(() => this.#load(slot)).finally(() => (slot.loading = undefined));
      await orAborted(slot.loading, signal);
    }
  }

  async #load(slot: Slot): Promise<void> {
    if (slot.serving?.server.state === "failed") await this.#unload(slot, "its engine was given up");
    await this.#makeRoom(slot);
    const { model } = slot;
    slot.starting = true;
    this.#tell(model, { kind: "loading" });
    try {
      slot.serving = await model.start(this.#closing.signal);
    } catch (error) {
      this.#tell(model, { kind: "failed", because: error instanceof Error ? error.message : String(error) });
      throw error;
    } finally {
      slot.starting = false;
    }
    this.#tell(model, { kind: "loaded" });
  }

  /** Unloads what nobody uses until the model fits, and waits where all that is loaded is in use. */
  async #makeRoom(slot: Slot): Promise<void> {
    for (;;) {
      const budget = await this.#options.budget();
      const alone = lacking(slot.model.needs, budget);
      if (alone) {
        const { name } = slot.model;
        throw new LoadoutError("model-no-room", { name, place: alone.place, bytes: formatBytes(alone.bytes) });
      }
      const others = this.#slots.filter((other) => other !== slot && other.serving);
      const left = minus(budget, sum(others.map(({ model }) => model.needs)));
      const missing = lacking(slot.model.needs, left);
      if (missing === undefined) return;
      const idle = others
        .filter(({ holders, model }) => holders === 0 && model.needs.has(missing.place))
        .sort((a, b) => Number(a.model.keep ?? false) - Number(b.model.keep ?? false) || a.lastUsedMs - b.lastUsedMs);
      if (idle[0]) await this.#unload(idle[0], `${slot.model.name} needs its memory`);
      else await orAborted(this.#released.promise, this.#closing.signal);
    }
  }

  async #unload(slot: Slot, because: string): Promise<void> {
    const { serving, model } = slot;
    slot.endIdle?.();
    if (serving === undefined) return;
    slot.serving = undefined;
    this.#tell(model, { kind: "unloading", because });
    await serving.server.stop();
    this.#tell(model, { kind: "unloaded", because });
  }

  #release(slot: Slot): void {
    slot.holders--;
    const { clock, idleMs } = this.#options;
    slot.lastUsedMs = clock.now();
    if (slot.holders > 0) return;
    this.#released.resolve();
    this.#released = Promise.withResolvers();
    if (slot.model.keep === true || !Number.isFinite(idleMs)) return;
    slot.endIdle = clock.after(idleMs, () => {
      void this.#inTurn(async () => {
        if (slot.holders === 0) await this.#unload(slot, "nobody asked for it");
      });
    });
  }

  #inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const done = this.#turn.then(work, work);
    this.#turn = done.catch(() => {});
    return done;
  }

  #tell({ name, lane }: Servable, event: Pick<PoolEvent, "kind" | "because">): void {
    this.#options.onEvent?.({ ...event, model: name, ...(lane === undefined ? {} : { lane }) });
  }
}

/** The promise, or `interrupted` as soon as the signal aborts; what was begun goes on. */
async function orAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) throw new LoadoutError("interrupted");
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(new LoadoutError("interrupted"));
  signal.addEventListener("abort", abort, { once: true });
  try {
    await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
