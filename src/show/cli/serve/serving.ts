import { ANSWER_VERSION, type ServeAnswer } from "../../../plan/answer/index.ts";
import { shellWord } from "../../../plan/command/index.ts";
import {
  chatPages,
  minus,
  ModelPool,
  openaiDialect,
  roomOf,
  startGateway,
  systemClock,
  type Claims,
  type Gateway,
  type GatewayKey,
  type PoolEvent,
  type Room,
} from "../../../run/gateway/index.ts";
import { ANTHROPIC } from "../../../run/gateway/dialects/anthropic/index.ts";
import { ollamaDialect } from "../../../run/gateway/dialects/ollama/index.ts";
import { RESPONSES } from "../../../run/gateway/dialects/responses/index.ts";
import { messageOf } from "../../../run/home/index.ts";
import type { CliContext } from "../context.ts";
import type { Machine } from "../machine.ts";
import type { Progress } from "../text/progress.ts";
import type { Beside } from "./beside.ts";
import { showLanes } from "./live-status.ts";
import { roomHere } from "./plan-model.ts";
import { Reconciled } from "./reconciled.ts";
import type { ServedModel } from "./served-models.ts";

export const DEFAULT_PORT = 8080;
const DEFAULT_IDLE_MINUTES = 10;
/** What is being answered may end before everything is stopped. */
const GRACE_MS = 5000;

export interface ServingParts {
  readonly machine: Machine;
  readonly models: readonly ServedModel[];
  readonly claims: Claims;
  /** other runs, as they were when this one planned, and what of their memory the plan left to them */
  readonly beside: Beside;
  /** minutes without a request after which a model is unloaded; 0: never */
  readonly idleMinutes?: number;
  readonly progress: Progress;
}

/** Where an address is opened, and who may use it. */
export interface Opening {
  readonly port: number;
  readonly host?: string;
  readonly keys?: readonly GatewayKey[];
  readonly allowedHosts?: readonly string[];
}

/** Models behind an open address, until it is closed. */
export class Serving {
  readonly #context: CliContext;
  readonly #parts: ServingParts;
  readonly #pool: ModelPool;
  readonly #startedAt = new Date().toISOString();
  readonly #reconciled = new Reconciled();
  #gateway: Gateway | undefined;
  #others: ServeAnswer["others"];
  #unseen = false;

  constructor(context: CliContext, parts: ServingParts) {
    const { models, claims, beside, idleMinutes = DEFAULT_IDLE_MINUTES } = parts;
    this.#context = context;
    this.#parts = parts;
    this.#others = beside.runs.map(({ pid, url, models: names }) => ({ pid, url, models: names }));
    const room = largest(
      models.flatMap(({ planned }) => planned?.engines.map((each) => roomHere(each, planned)) ?? []),
    );
    this.#pool = new ModelPool({
      models: models.flatMap(({ servables }) => servables),
      budget: async () => minus(room, minus(await claims.taken(beside.runs), beside.taken)),
      idleMs: idleMinutes === 0 ? Infinity : idleMinutes * 60_000,
      clock: systemClock,
      onEvent: (event) => this.#heard(event),
    });
  }

  /** The first model is loaded before the address is open: whoever reaches it is answered. */
  async open(opening: Opening): Promise<void> {
    const first = await this.#pool.acquire("", this.#context.signal);
    first.release();
    this.#gateway = await startGateway({
      models: this.#pool,
      dialects: [openaiDialect, RESPONSES, ANTHROPIC, ollamaDialect(() => performance.now())],
      ...opening,
      pages: await chatPages(),
      loadout: () => this.#now(),
      onFault: (fault) =>
        this.#context.note(`fault: ${fault instanceof Error ? (fault.stack ?? fault.message) : "unknown"}`),
    });
    await this.#claim();
  }

  /** As this machine reaches it: "all addresses" is one to listen on, not one to ask. */
  get url(): string {
    const url = this.#gateway?.url ?? "";
    return url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:");
  }

  async answer(): Promise<ServeAnswer> {
    this.#others = (await this.#parts.claims.others()).map(({ pid, url, models }) => ({ pid, url, models }));
    return this.#now();
  }

  /** Says what changes until somebody stops it. */
  async untilStopped(): Promise<void> {
    const { signal } = this.#context;
    if (signal.aborted || !this.#gateway) return;
    const end = showLanes(this.#context, this.#gateway, this.#parts.progress, systemClock);
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    end();
  }

  async close(): Promise<void> {
    const working = this.#gateway?.counts();
    const open = working ? working.interactive.working + working.batch.working : 0;
    if (open > 0) this.#context.note(`stopping: ${open} in work may end within ${GRACE_MS / 1000} s`);
    await this.#gateway?.close(open > 0 ? GRACE_MS : 0);
    await this.#pool.close();
    await this.#parts.claims.remove();
  }

  #now(): ServeAnswer {
    const listed = new Map(this.#pool.list().map(({ name, state }) => [name, state]));
    const { url } = this;
    return {
      schema: ANSWER_VERSION,
      kind: "serve",
      url,
      models: this.#parts.models.map(({ name, facts }) => {
        return { name, ...facts, state: listed.get(name) ?? "on-demand", ...this.#reconciled.of(name) };
      }),
      lanes: this.#gateway?.counts() ?? { interactive: NOBODY, batch: NOBODY },
      others: this.#others,
      next: [
        url.endsWith(`:${DEFAULT_PORT}`) ? "loadout chat" : `loadout chat ${shellWord(url)}`,
        "loadout serve --runs",
      ],
    };
  }

  #heard(event: PoolEvent): void {
    const { kind, model, because } = event;
    if (kind === "loading") this.#parts.progress.update(`loading ${model} ...`);
    else this.#parts.progress.done();
    if (kind === "loaded") this.#reconcile(event);
    if (this.#gateway && kind !== "loading" && kind !== "unloading")
      this.#context.note(
        this.#context.noteStyle.faint(`${model} ${kind}${because === undefined ? "" : `: ${because}`}`),
      );
    this.#gateway?.announce("model", event);
    void this.#claim();
  }

  /** What the engine's log says it took, beside what was predicted for exactly these settings. */
  #reconcile({ model: name, lane }: PoolEvent): void {
    const planned = this.#parts.models.find((model) => model.name === name)?.planned;
    const loaded = this.#pool.loaded().find((model) => model.name === name && model.lane === lane);
    if (planned && loaded)
      this.#reconciled.add(this.#context, {
        name,
        lane,
        planned,
        machine: this.#parts.machine,
        server: loaded.serving.server,
      });
  }

  /** Other runs read it; a folder that cannot be written costs that, never the serving. */
  async #claim(): Promise<void> {
    const models = this.#pool.list().map(({ name }) => name);
    try {
      await this.#parts.claims.write({ startedAt: this.#startedAt, url: this.url, models, takes: this.#pool.holds() });
    } catch (error) {
      if (!this.#unseen) this.#context.note(`other runs of Loadout do not see this one: ${messageOf(error)}`);
      this.#unseen = true;
    }
  }
}

const NOBODY = { waiting: 0, working: 0 } as const;

/** By place the most that any plan found free: all were made before anything was loaded. */
function largest(rooms: readonly Room[]): Room {
  const most = new Map<string, number>();
  for (const room of rooms) for (const [place, bytes] of room) most.set(place, Math.max(bytes, most.get(place) ?? 0));
  return roomOf(most);
}
