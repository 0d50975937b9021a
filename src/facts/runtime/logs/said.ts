import { cleanLines } from "./clean.ts";
import { LogReader, type EngineLog } from "./log.ts";
import { OllamaOwnReader, type OllamaOwnLog } from "./ollama-own.ts";

/** Dimensions and names that an engine prints of a model, under its own keys; what was not printed is absent. */
export interface SaidModel {
  /** whole numbers: `n_layer`, `n_embd`, `n_head`, `n_vocab`, ... */
  readonly numbers: Readonly<Record<string, number>>;
  /** `arch`, `file type`, `general.name`, `file size`, `model params` */
  readonly words: Readonly<Record<string, string>>;
  /** tensors of the file */
  readonly tensors?: number;
  /** the file is one of several */
  readonly split?: boolean;
}

export type LogProgram =
  | "llama.cpp"
  | "llama-server"
  | "ollama"
  | "ollama (llama-server)"
  | "LM Studio"
  | "node-llama-cpp"
  | "ik_llama.cpp";

/** A start of an engine as its log tells it: the memory, and what stands around it. */
export interface PastedLog {
  readonly engine: EngineLog;
  readonly model: SaidModel;
  readonly program: LogProgram;
  /** "5622 (97340b4c)", as printed */
  readonly build?: string;
  /** of the program around the engine */
  readonly version?: string;
  /** the command that started it, where the log has it */
  readonly command?: string;
  /** names of accelerators in the engine's order */
  readonly cards: readonly string[];
  /** what Ollama's own engine says of a load, where it ran the model */
  readonly own?: OllamaOwnLog;
  /** context that Ollama gives where nobody asks for one */
  readonly defaultContext?: number;
  /** MiB of RAM in which a server keeps prompts */
  readonly promptCacheMib?: number;
  readonly amx: boolean;
  /** days between which a program printed such lines (ISO) */
  readonly since?: string;
  readonly until?: string;
  /** models that were loaded one after the other; figures are those of the last */
  readonly models: number;
  /** engines that wrote into the same log, told apart by what stands before their lines; figures are those of one */
  readonly engines: number;
  /** lines of which something was understood */
  readonly understood: number;
}

const MODEL_LINE = /(?:print_info|llm_load_print_meta):\s+([\w.][\w. ]*?)\s*= (.*?)\s*$/;
const FILE_TYPE =
  /^(?:all |mostly )?[A-Za-z]+[\dA-Za-z_]*(?: - (?:Large|Medium|Small|(?:\d+\.)?\d+ bpw(?: [a-z]+)?))?(?: \(guessed\))?$/;
const SIZE = /^\d+\.\d\d [MG]iB \(\d+\.\d\d BPW\)$/;

/** Values that are no whole numbers, and what they look like where nothing is lost of them. */
const WORDS: Readonly<Record<string, RegExp>> = {
  arch: /^[a-z][\w.-]+$/,
  "file type": FILE_TYPE,
  "model ftype": FILE_TYPE,
  "general.name": /^[^\uFFFD]+$/,
  "file size": SIZE,
  "model size": SIZE,
  "model params": /^\d+\.\d\d [KMBT]$/,
};

/** Rows: a line, and since when or until when programs print it. Source: the printing calls of llama.cpp in each year. */
const ERAS: readonly (readonly [pattern: RegExp, since: string | undefined, until: string | undefined])[] = [
  [/n_ctx_per_seq\s+= \d/, "2024-11-01", "2025-11-15"],
  [/n_ctx_seq\s+= \d/, "2025-11-01", undefined],
  [/kv_unified\s+= \w/, "2025-07-03", undefined],
  [/llama_context: graph nodes\s+= \d/, "2025-03-13", "2026-01-31"],
  [/sched_reserve: /, "2026-01-01", undefined],
  [/n_outputs_max\s+= \d/, "2026-07-01", undefined],
  [/sched_reserve: graph nodes\s+= \d/, undefined, "2026-09-30"],
  [/graph: nodes = \d+, splits = \d+, input objects/, "2026-10-01", undefined],
  [/llm_load_tensors: |KV self size\s+= \d/, undefined, "2025-05-01"],
];

/** Programs by lines that only they print; the last row that matches wins. */
const PROGRAMS: readonly (readonly [pattern: RegExp, program: LogProgram])[] = [
  [
    /\b(?:srv|slot) .*(?:init|load_model|update_slots|launch_slot_?):|main: server is listening|llama server listening/,
    "llama-server",
  ],
  [/^(?:info|debug|log|warn)\|/, "node-llama-cpp"],
  [/\bnode-llama-cpp\b/, "node-llama-cpp"],
  [/\bLM ?Studio\b|\[LMSInternal\]|\blmstudio\b/i, "LM Studio"],
  [/\bsource=\w+\.go:\d+|^\[GIN\]|\bollama runner\b/, "ollama"],
  [/\b(?:fused_moe|mla_attn|attn_max_b|fused_up_gate)\s+= \d|ik_llama|c\^KV/, "ik_llama.cpp"],
];

const AFTER_DIMENSIONS: ReadonlySet<string> = new Set([
  "weights-begin",
  "offloaded",
  "buffer",
  "context-setting",
  "cache",
]);

/** Dimensions in the order of every build that prints them: one that should have come before is the next model's. */
const KEY_ORDER: readonly string[] = [
  "arch",
  "n_ctx_train",
  "n_embd",
  "n_head",
  "n_head_kv",
  "n_swa",
  "n_embd_head_k",
  "n_embd_head_v",
  "n_ff",
  "n_expert",
  "n_expert_used",
];

/** Reads what somebody pasted: any bytes, never throws. */
export function readPastedLog(text: string): PastedLog {
  const readers = new Map<string, SaidReader>();
  for (const line of cleanLines(text)) {
    const source = sourceOf(line);
    const reader = readers.get(source) ?? new SaidReader();
    readers.set(source, reader);
    reader.add(line);
  }
  const logs = [...readers.values()].map((reader) => reader.read());
  const best = logs.reduce((most, each) => (each.understood >= most.understood ? each : most));
  return { ...best, engines: logs.filter(({ models }) => models > 0).length };
}

/** Who wrote a line, where docker compose or the system's journal says it: two engines in one log are read apart. */
function sourceOf(line: string): string {
  const compose = /^([\w.-]+)\s+\| /.exec(line);
  const journal = /^\w{3} +\d+ [\d:]{8} \S+ ([\w.-]+\[\d+\]): /.exec(line);
  return compose?.[1] ?? journal?.[1] ?? "";
}

class SaidReader {
  readonly #log = new LogReader();
  readonly #own = new OllamaOwnReader();
  #numbers: Record<string, number> = {};
  #words: Record<string, string> = {};
  #tensors: number | undefined;
  #split = false;
  #loading = false;
  #lastKey = -1;
  #programs = new Set<LogProgram>();
  #found: { build?: string; version?: string; command?: string; defaultContext?: number; promptCacheMib?: number } = {};
  readonly #cards = new Map<number, string>();
  #amx = false;
  #since: string | undefined;
  #until: string | undefined;
  #models = 0;
  #understood = 0;

  add(line: string): void {
    const facts = this.#log.add(line);
    if (facts.length > 0 || this.#own.add(line)) this.#understood += 1;
    if (facts.some(({ kind }) => kind === "model-begins")) {
      this.#beginModel();
      this.#models += 1;
      const tensors = /key-value pairs and (\d+) tensors from \S.*?(-of-\d+\.gguf)? \(version/.exec(line);
      if (tensors !== null) this.#tensors = Number(tensors[1]);
      this.#split = tensors?.[2] !== undefined;
    }
    if (/additional \d+ GGUFs? metadata loaded/.test(line)) this.#split = true;
    // dimensions after weights or settings are the next model's
    if (facts.some(({ kind }) => AFTER_DIMENSIONS.has(kind))) this.#loading = true;
    else if (this.#loading && facts.some(({ kind }) => kind === "model-says")) this.#beginModel();
    this.#modelLine(line);
    this.#aroundIt(line);
  }

  read(): Omit<PastedLog, "engines"> {
    return {
      engine: this.#log.read(),
      model: {
        numbers: { ...this.#numbers },
        words: { ...this.#words },
        ...(this.#tensors === undefined ? {} : { tensors: this.#tensors }),
        ...(this.#split ? { split: true } : {}),
      },
      program: this.#program(),
      ...this.#ownLoad(),
      ...this.#found,
      cards: [...this.#cards].sort(([a], [b]) => a - b).map(([, name]) => name),
      amx: this.#amx,
      ...(this.#since === undefined ? {} : { since: this.#since }),
      ...(this.#until === undefined ? {} : { until: this.#until }),
      models: this.#models,
      understood: this.#understood,
    };
  }

  #beginModel(): void {
    this.#numbers = {};
    this.#words = {};
    this.#tensors = undefined;
    this.#split = false;
    this.#loading = false;
    this.#lastKey = -1;
  }

  #modelLine(line: string): void {
    const match = MODEL_LINE.exec(line);
    if (match === null) return;
    const [, key = "", value = ""] = match;
    const place = KEY_ORDER.indexOf(key);
    if (place >= 0 && place < this.#lastKey) this.#beginModel();
    if (place >= 0) this.#lastKey = place;
    const known = this.#numbers[key] ?? this.#words[key];
    if (/^\d{1,10}$/.test(value)) {
      // printed once a model: another figure is another model's, whose beginning is lost
      if (known !== undefined && known !== Number(value)) this.#beginModel();
      this.#numbers[key] = Number(value);
      // Ollama reads each header twice, the first time for its words alone
      if (key === "vocab_only" && value === "1") this.#models -= 1;
      this.#understood += 1;
    } else if (WORDS[key]?.test(value) === true) {
      if (known !== undefined && known !== value) this.#beginModel();
      this.#words[key] = value;
      this.#understood += 1;
    }
  }

  #aroundIt(line: string): void {
    for (const [pattern, program] of PROGRAMS) if (pattern.test(line)) this.#programs.add(program);
    for (const [pattern, since, until] of ERAS) {
      if (!pattern.test(line)) continue;
      if (since !== undefined && (this.#since === undefined || since > this.#since)) this.#since = since;
      if (until !== undefined && (this.#until === undefined || until < this.#until)) this.#until = until;
    }
    const build =
      /\b(?:build|version)(?::| =)? (\d+) \(([0-9a-f]{6,}|unknown)\)(?=\s|$)/.exec(line) ??
      /\bbuild_info: b(\d+)-(\w+)(?=\s|$)/.exec(line);
    if (build !== null && Number(build[1]) > 0) this.#found.build = `${build[1]} (${build[2]})`;
    const version = /Listening on \S+ \(version (\d[\w.-]*)\)/.exec(line);
    if (version !== null) this.#found.version = version[1]!;
    const command =
      /(?:^|[\s"/\\])(llama-(?:server|cli|bench|perplexity|imatrix|run)(?:\.exe)?\s+-.*?)(?:"\s|"$|$)/.exec(line);
    if (command !== null && !line.endsWith("\uFFFD")) this.#found.command = command[1]!;
    const fallback = /\bdefault_num_ctx=(\d+)(?=\s|$)/.exec(line);
    if (fallback !== null) this.#found.defaultContext = Number(fallback[1]);
    const prompts = /prompt cache is enabled, size limit: (\d+) MiB/.exec(line);
    if (prompts !== null) this.#found.promptCacheMib = Number(prompts[1]);
    const card = /\bDevice (\d+): (.+?),\s+(?:compute capability|gfx)/.exec(line);
    if (card !== null) this.#cards.set(Number(card[1]), card[2]!);
    if (/\bAMX_INT8 = 1\b/.test(line)) this.#amx = true;
  }

  /** Its own engine ran the last model unless buffers of llama.cpp stand there too: two models then, of which one is told. */
  #ownLoad(): { own?: OllamaOwnLog } {
    const own = this.#log.read().buffers.length > 0 ? undefined : this.#own.read();
    return own === undefined ? {} : { own };
  }

  #program(): LogProgram {
    if (this.#programs.has("ollama") && (this.#programs.has("llama-server") || this.#found.command !== undefined))
      return "ollama (llama-server)";
    const last = PROGRAMS.findLast(([, program]) => this.#programs.has(program));
    return last?.[1] ?? "llama.cpp";
  }
}
