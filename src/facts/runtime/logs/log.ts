import type { BreakdownRow } from "./breakdown.ts";
import { readFacts, type BufferTerm, type LogFact, type PrintedSize } from "./fact.ts";
import { readLine } from "./line.ts";
import { bufferPlace, HOST } from "./place.ts";

/** All buffers of one term in one place. */
export interface LoggedTerm {
  /** "host", or the engine's device name */
  readonly device: string;
  readonly term: BufferTerm;
  readonly bytes: number;
  /** the lines that add up to it */
  readonly sizes: readonly PrintedSize[];
}

/** One KV cache; models with a window have two. */
export interface LoggedCache {
  readonly window: boolean;
  readonly cells: number;
  readonly layers: number;
  readonly sequences: number;
  readonly streams: number;
  readonly typeK: string;
  readonly typeV: string;
  readonly bytes: number;
  readonly printed: string;
  /** its kind was announced; without, a model with windows may mean either of its caches */
  readonly announced: boolean;
  /** the buffers printed before it come to it: no line of it is lost, and none of another's among them */
  readonly whole: boolean;
}

/** Buffers of one kind under one label, as printed. */
export interface LoggedBuffer {
  /** "model", "KV", "RS", "compute", "output", "LoRA" */
  readonly holds: string;
  readonly label: string;
  readonly sizes: readonly PrintedSize[];
}

/** What an engine says about itself in its log: the last model and the last context of it. */
export interface EngineLog {
  readonly terms: readonly LoggedTerm[];
  readonly caches: readonly LoggedCache[];
  /** recurrent state of all devices, as summed up in one line */
  readonly recurrent?: PrintedSize;
  /** the same buffers as `terms`, under the engine's labels */
  readonly buffers: readonly LoggedBuffer[];
  /** cells a sequence may use */
  readonly contextPerSequence?: number;
  /** `n_batch`, `n_ubatch`, `n_outputs_max` and the others, as printed */
  readonly settings: Readonly<Record<string, string>>;
  readonly flashAttention?: boolean;
  readonly graph?: { readonly nodes: number; readonly splits: number };
  readonly devices: readonly { readonly label: string; readonly name: string; readonly freeBytes: number }[];
  readonly offloaded?: { readonly layers: number; readonly of: number };
  readonly slots?: { readonly slots: number; readonly cells: number; readonly unified: boolean };
  readonly breakdown: readonly BreakdownRow[];
  /** why there is nothing to compare with */
  readonly missing?: string;
}

const TERM_OF: Readonly<Record<string, BufferTerm>> = {
  model: "weights",
  KV: "kv",
  RS: "recurrent",
  compute: "compute",
  output: "output",
  LoRA: "lora",
};

/** Of these a context has several, and they add up; of the others the latest line counts, because reserving may happen twice. */
const ADDS_UP = new Set(["model", "KV", "RS", "LoRA"]);

type Group = Map<string, LoggedBuffer>;

/** Settings of a context in the order of every build that prints them. */
const SETTING_ORDER: readonly string[] = ["n_seq_max", "n_ctx", "n_ctx_per_seq", "n_ctx_seq", "n_batch", "n_ubatch"];

/** Places in the order in which a context prints: what comes too early for where it stands belongs to the next context. */
const STAGE = { settings: 0, stored: 1, compute: 2 } as const;

/**
 * Folds lines into an {@link EngineLog}. A new model or context starts over: a dry run before loading prints its own group,
 * and the last group is the one that runs.
 */
export class LogReader {
  #model: Group = new Map();
  #context: Group = new Map();
  #exact = new Map<string, PrintedSize>();
  #caches: LoggedCache[] = [];
  #recurrent: PrintedSize | undefined;
  #window: boolean | undefined;
  /** sizes of cache buffers since the last cache was summed up */
  #cacheBytes = 0;
  #cacheLines = 0;
  #stage: number = STAGE.settings;
  #settings: Record<string, string> = {};
  #flashAttention: boolean | undefined;
  #graph: { nodes?: number; splits?: number } = {};
  #devices = new Map<string, { label: string; name: string; freeBytes: number }>();
  #offloaded: { layers: number; of: number } | undefined;
  #slots: EngineLog["slots"];
  #breakdown = new Map<string, BreakdownRow>();
  #verbosity: number | undefined;

  /** Takes a line as it was written, and returns what it said. */
  add(raw: string): readonly LogFact[] {
    const facts = readFacts(readLine(raw));
    for (const fact of facts) this.#take(fact);
    return facts;
  }

  read(): EngineLog {
    const terms = this.#terms();
    const { nodes, splits } = this.#graph;
    const perSequence = this.#settings["n_ctx_seq"] ?? this.#settings["n_ctx_per_seq"];
    return {
      terms,
      caches: [...this.#caches],
      buffers: [...this.#model.values(), ...this.#context.values()],
      ...(perSequence === undefined ? {} : { contextPerSequence: Number(perSequence) }),
      settings: { ...this.#settings },
      ...(this.#flashAttention === undefined ? {} : { flashAttention: this.#flashAttention }),
      ...(nodes === undefined || splits === undefined ? {} : { graph: { nodes, splits } }),
      devices: [...this.#devices.values()],
      ...(this.#offloaded ? { offloaded: this.#offloaded } : {}),
      ...(this.#recurrent ? { recurrent: this.#recurrent } : {}),
      ...(this.#slots ? { slots: this.#slots } : {}),
      breakdown: [...this.#breakdown.values()],
      ...(terms.length === 0 ? { missing: this.#whyNothing() } : {}),
    };
  }

  #take(fact: LogFact): void {
    switch (fact.kind) {
      case "model-begins":
        this.#beginModel();
        break;
      case "weights-begin":
        for (const [key, { holds }] of this.#model) if (holds === "model") this.#model.delete(key);
        break;
      case "model-says":
        // dimensions after weights or settings are the next model's, whose beginning is lost
        if (this.#model.size > 0 || this.#offloaded !== undefined || this.#saysContext()) this.#beginModel();
        break;
      case "context-begins":
        this.#beginContext();
        break;
      case "buffer": {
        const group = fact.holds === "model" || fact.holds === "LoRA" ? this.#model : this.#context;
        const { holds, label, size } = fact;
        this.#atStage(holds);
        if (holds === "KV") {
          this.#cacheBytes += size.bytes;
          this.#cacheLines += 1;
        }
        const key = `${holds} ${label}`;
        const before = ADDS_UP.has(holds) ? (group.get(key)?.sizes ?? []) : [];
        group.set(key, { holds, label, sizes: [...before, size] });
        break;
      }
      case "exact-compute":
        this.#exact.set(fact.label, fact.size);
        break;
      case "cache-kind":
        this.#window = fact.window;
        break;
      case "cache": {
        const { kind: _, size, ...rest } = fact;
        this.#addCache(size, rest);
        break;
      }
      case "recurrent-total":
        this.#recurrent = fact.size;
        break;
      case "old-cache": {
        const { typeK, typeV, size } = fact;
        this.#addCache(size, { cells: 0, layers: 0, sequences: 0, streams: 1, typeK, typeV });
        break;
      }
      case "context-setting":
        if (this.#stage > STAGE.settings || this.#isBehind(fact.name)) this.#beginContext();
        this.#settings[fact.name] = fact.value;
        break;
      case "nodes":
        this.#graph.nodes = fact.nodes;
        break;
      case "splits":
        this.#graph.splits = fact.splits;
        break;
      case "device":
        this.#devices.set(fact.label, { label: fact.label, name: fact.name, freeBytes: fact.freeBytes });
        break;
      case "offloaded":
        this.#offloaded = { layers: fact.layers, of: fact.of };
        break;
      case "flash-attention":
        this.#flashAttention = fact.on;
        break;
      case "slots":
        this.#slots = { slots: fact.slots, cells: fact.cells, unified: fact.unified };
        break;
      case "verbosity":
        this.#verbosity = fact.level;
        break;
      case "breakdown":
        this.#breakdown.set(fact.row.name, fact.row);
        break;
    }
  }

  /** llama-server prints sizes from verbosity 4 on; a log that begins a model and has none was cut, or its process died. */
  #whyNothing(): string {
    if (this.#verbosity !== undefined && this.#verbosity >= 4)
      return "no memory lines: it ended before memory was placed";
    return "no memory lines: started without -lv 4";
  }

  /** A cache after compute buffers is another context's whose beginning is lost; so are weights after a cache another model's. */
  #atStage(holds: string): void {
    if (holds === "model" && this.#saysContext()) this.#beginModel();
    else if (holds === "KV" || holds === "RS") {
      if (this.#stage > STAGE.stored) this.#beginContext();
      this.#stage = STAGE.stored;
    } else if (holds === "compute") this.#stage = STAGE.compute;
  }

  #addCache(
    size: PrintedSize,
    rest: Pick<LoggedCache, "cells" | "layers" | "sequences" | "streams" | "typeK" | "typeV">,
  ) {
    // each line was rounded by itself
    const whole = Math.abs(this.#cacheBytes - size.bytes) <= 0.0051 * (this.#cacheLines + 1) * 2 ** 20;
    const announced = this.#window !== undefined;
    const { printed, bytes } = size;
    this.#caches.push({ window: this.#window ?? false, ...rest, bytes, printed, announced, whole });
    this.#window = undefined;
    this.#cacheBytes = 0;
    this.#cacheLines = 0;
  }

  /** Settings are printed once and in one order: one that should have come before is the next context's. */
  #isBehind(name: string): boolean {
    const place = SETTING_ORDER.indexOf(name);
    return (
      this.#settings[name] !== undefined ||
      (place >= 0 && SETTING_ORDER.slice(place).some((later) => this.#settings[later] !== undefined))
    );
  }

  #saysContext(): boolean {
    return this.#stage > STAGE.settings || Object.keys(this.#settings).length > 0;
  }

  #beginModel(): void {
    this.#model = new Map();
    this.#offloaded = undefined;
    this.#beginContext();
  }

  #beginContext(): void {
    this.#context = new Map();
    this.#exact = new Map();
    this.#caches = [];
    this.#recurrent = undefined;
    this.#window = undefined;
    this.#cacheBytes = 0;
    this.#cacheLines = 0;
    this.#stage = STAGE.settings;
    this.#settings = {};
    this.#flashAttention = undefined;
    this.#graph = {};
  }

  #terms(): LoggedTerm[] {
    const terms = new Map<string, { device: string; term: BufferTerm; sizes: PrintedSize[] }>();
    for (const { holds, label, sizes } of [...this.#model.values(), ...this.#context.values()]) {
      const { device, repacked } = bufferPlace(label);
      const term = repacked && holds === "model" ? "repacked" : TERM_OF[holds]!;
      const known = terms.get(`${device} ${term}`) ?? { device, term, sizes: [] };
      terms.set(`${device} ${term}`, known);
      known.sizes.push(...sizes.map((size) => (holds === "compute" ? this.#sharper(label, size) : size)));
    }
    const order = (term: LoggedTerm) => (term.device === HOST ? "" : term.device);
    return [...terms.values()]
      .map((term) => ({ ...term, bytes: term.sizes.reduce((total, size) => total + size.bytes, 0) }))
      .sort((a, b) => order(a).localeCompare(order(b)));
  }

  /** The four-decimal size of when the context was closed, where it is the same buffer: another context's differs. */
  #sharper(label: string, size: PrintedSize): PrintedSize {
    const exact = this.#exact.get(label);
    return exact && Math.abs(Number(exact.printed) - Number(size.printed)) < 0.0051 ? exact : size;
  }
}

/** Reads a whole log. */
export function readLog(lines: Iterable<string>): EngineLog {
  const reader = new LogReader();
  for (const line of lines) reader.add(line);
  return reader.read();
}
