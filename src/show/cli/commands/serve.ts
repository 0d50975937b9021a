import { join } from "node:path";
import { EXIT } from "../../../facts/errors/index.ts";
import { ANSWER_VERSION, type ServeAnswer, type TermResidual } from "../../../plan/answer/index.ts";
import { shellWord } from "../../../plan/command/index.ts";
import {
  chatPages,
  Claims,
  minus,
  ModelPool,
  openaiDialect,
  roomOf,
  startGateway,
  sum,
  systemClock,
  type Gateway,
  type PoolEvent,
  type Room,
} from "../../../run/gateway/index.ts";
import { ANTHROPIC } from "../../../run/gateway/dialects/anthropic/index.ts";
import { ollamaDialect } from "../../../run/gateway/dialects/ollama/index.ts";
import { RESPONSES } from "../../../run/gateway/dialects/responses/index.ts";
import { compareBuffers } from "../compare.ts";
import { guarded, type CliContext } from "../context.ts";
import { homeOf, machineOf } from "../machine.ts";
import { openOrNote } from "../receipts-at-hand.ts";
import { readKeys } from "../serve/keys.ts";
import { roomHere } from "../serve/plan-model.ts";
import { servedModels, type ServedFlags, type ServedModel } from "../serve/served-models.ts";
import { progressFor, type Progress } from "../text/progress.ts";
import { runsText, servePlanText, serveText } from "../text/serve-text.ts";

export interface ServeFlags extends ServedFlags {
  readonly host?: string;
  readonly keyFile?: string;
  readonly allowHost?: readonly string[];
  /** minutes without a request after which a model is unloaded; 0: never */
  readonly idle?: number;
  readonly dryRun?: boolean;
  readonly runs?: boolean;
}

const DEFAULT_PORT = 8080;
const DEFAULT_IDLE_MINUTES = 10;
/** What is being answered may end before everything is stopped; a second Ctrl-C does not wait. */
const GRACE_MS = 5000;

/** `loadout serve [MODEL ...]` */
export const serve = guarded(async function (this: CliContext, flags: ServeFlags, ...typed: string[]) {
  const { folders } = await homeOf(this);
  const claims = new Claims(join(folders.data, "runs"));
  const others = await claims.others();
  if (flags.runs) {
    this.out(
      flags.json
        ? JSON.stringify({ schema: ANSWER_VERSION, kind: "runs", runs: others.map(plain) }, null, 2)
        : runsText(others),
    );
    return EXIT.ok;
  }
  const progress = progressFor(this);
  progress.update("probing this machine ...");
  const machine = await machineOf(this);
  progress.done();
  const receipts = await openOrNote(this, machine.folders.data);
  const keys = flags.keyFile === undefined ? [] : await readKeys(flags.keyFile);
  const models = await servedModels(this, typed, {
    machine,
    receipts,
    flags,
    progress,
    onEvent: (model, event) => {
      if (event.kind === "loading") progress.update(`loading ${model}: ${Math.round(event.share * 100)}%`);
      if (event.kind === "exit" && !event.expected)
        this.note(`${model}: the engine ended (${event.signal ?? event.code})`);
    },
  });
  receipts?.close();
  if (flags.dryRun) {
    const plans = models.flatMap(({ facts }) => facts.plan ?? []);
    this.out(
      flags.json ? JSON.stringify(plans.length === 1 ? plans[0] : plans, null, 2) : servePlanText(plans, this.outStyle),
    );
    return EXIT.ok;
  }

  const serving = new Serving(this, { models, claims, seen: others, flags, progress });
  try {
    await serving.open({ keys, port: flags.port ?? DEFAULT_PORT, flags });
    progress.done();
    const answer = await serving.answer();
    this.out(flags.json ? JSON.stringify(answer, null, 2) : serveText(answer, this.outStyle));
    await serving.untilStopped();
    return EXIT.ok;
  } finally {
    progress.done();
    await serving.close();
  }
});

interface ServingParts {
  readonly models: readonly ServedModel[];
  readonly claims: Claims;
  /** other runs, as they were when this one measured what is free */
  readonly seen: Awaited<ReturnType<Claims["others"]>>;
  readonly flags: ServeFlags;
  readonly progress: Progress;
}

/** Everything that runs while this command does. */
class Serving {
  readonly #context: CliContext;
  readonly #parts: ServingParts;
  readonly #pool: ModelPool;
  readonly #startedAt = new Date().toISOString();
  readonly #memory = new Map<string, readonly TermResidual[]>();
  #gateway: Gateway | undefined;
  #others: ServeAnswer["others"];

  constructor(context: CliContext, parts: ServingParts) {
    const { models, claims, seen, flags } = parts;
    this.#context = context;
    this.#parts = parts;
    this.#others = seen.map(({ pid, url, models: names }) => ({ pid, url, models: names }));
    const idleMinutes = flags.idle ?? DEFAULT_IDLE_MINUTES;
    const room = largest(
      models.flatMap(({ planned }) => planned?.engines.map((each) => roomHere(each, planned.question)) ?? []),
    );
    this.#pool = new ModelPool({
      models: models.flatMap(({ servables }) => servables),
      budget: async () => minus(room, await claims.taken(seen)),
      idleMs: idleMinutes === 0 ? Infinity : idleMinutes * 60_000,
      clock: systemClock,
      onEvent: (event) => this.#heard(event),
    });
  }

  /** The first model is loaded before the address is open: whoever reaches it is answered. */
  async open({ keys, port, flags }: { keys: Awaited<ReturnType<typeof readKeys>>; port: number; flags: ServeFlags }) {
    const first = await this.#pool.acquire("", this.#context.signal);
    first.release();
    this.#gateway = await startGateway({
      models: this.#pool,
      dialects: [openaiDialect, RESPONSES, ANTHROPIC, ollamaDialect(() => performance.now())],
      ...(flags.host === undefined ? {} : { host: flags.host }),
      port,
      keys,
      allowedHosts: flags.allowHost ?? [],
      pages: await chatPages(),
      loadout: () => this.#now(),
      onFault: (fault) =>
        this.#context.note(`fault: ${fault instanceof Error ? (fault.stack ?? fault.message) : "unknown"}`),
    });
    await this.#claim();
  }

  async answer(): Promise<ServeAnswer> {
    this.#others = (await this.#parts.claims.others()).map(({ pid, url, models }) => ({ pid, url, models }));
    return this.#now();
  }

  /** Says what changes until somebody stops it. */
  async untilStopped(): Promise<void> {
    const { signal } = this.#context;
    if (signal.aborted) return;
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
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
    const url = this.#gateway?.url ?? "";
    return {
      schema: ANSWER_VERSION,
      kind: "serve",
      url,
      models: this.#parts.models.map(({ name, facts }) => {
        const memory = this.#memory.get(name);
        return { name, ...facts, state: listed.get(name) ?? "on-demand", ...(memory ? { memory } : {}) };
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
    if (kind === "loaded") this.#reconcile(model);
    if (this.#gateway && kind !== "loading" && kind !== "unloading")
      this.#context.note(
        this.#context.noteStyle.faint(`${model} ${kind}${because === undefined ? "" : `: ${because}`}`),
      );
    this.#gateway?.announce("model", event);
    void this.#claim();
  }

  /** What the engine's log says it took, beside what was predicted for exactly these settings. */
  #reconcile(name: string): void {
    const planned = this.#parts.models.find((model) => model.name === name)?.planned;
    const loaded = this.#pool.loaded().find((model) => model.name === name);
    const prediction = planned?.engines[0]?.weighed.prediction;
    const memory = loaded?.serving.server.memory;
    if (memory && prediction && prediction.kind !== "rejected")
      this.#memory.set(name, compareBuffers(prediction.buffers, { memory }));
  }

  async #claim(): Promise<void> {
    if (!this.#gateway) return;
    const loaded = this.#pool.loaded();
    await this.#parts.claims.write({
      startedAt: this.#startedAt,
      url: this.#gateway.url,
      models: this.#pool.list().map(({ name }) => name),
      takes: sum(loaded.map(({ needs }) => needs)),
    });
  }
}

const NOBODY = { waiting: 0, working: 0 } as const;

/** By place the most that any plan found free: all were made before anything was loaded. */
function largest(rooms: readonly Room[]): Room {
  const most = new Map<string, number>();
  for (const room of rooms) for (const [place, bytes] of room) most.set(place, Math.max(bytes, most.get(place) ?? 0));
  return roomOf(most);
}

function plain({ takes, ...run }: Awaited<ReturnType<Claims["others"]>>[number]) {
  return { ...run, takes: Object.fromEntries(takes) };
}
