import { record, scriptedTokens, type ScriptedRequest } from "./scripted-script.ts";
import type { ScriptedOptions } from "./scripted-server.ts";

export interface FaceAnswer {
  readonly status: number;
  readonly body: unknown;
  /** absent: JSON */
  readonly type?: string;
}

/** Everything a scripted engine answers beside text: what it is, what it counts, its vectors. */
export class ScriptedFace {
  readonly model: string;
  readonly contextPerSlot: number;
  readonly #options: ScriptedOptions;
  readonly #scales: number[];
  /** names an Ollama knows, with their context */
  readonly #created: Map<string, number>;
  readonly #held = new Set<string>();

  constructor(options: ScriptedOptions) {
    this.#options = options;
    this.model = options.model ?? "scripted";
    this.contextPerSlot = options.contextPerSlot ?? 1024;
    this.#created = new Map([[this.model, this.contextPerSlot]]);
    this.#scales = (options.adapters ?? []).map(({ scale }) => scale);
  }

  answer(request: ScriptedRequest): FaceAnswer {
    const face = this.#options.face ?? "llama-server";
    const found = this.#common(request) ?? (face === "plain" ? undefined : this.#own(face, request));
    return found ?? { status: 404, body: { error: { code: 404, message: "File Not Found", type: "not_found_error" } } };
  }

  /** A prompt that is longer than a slot, in llama-server's words. */
  refusal(request: ScriptedRequest): object | undefined {
    const tokens = this.promptTokens(request);
    if (tokens < this.contextPerSlot) return undefined;
    const message = `request (${tokens} tokens) exceeds the available context size (${this.contextPerSlot} tokens), try increasing it`;
    const figures = { n_prompt_tokens: tokens, n_ctx: this.contextPerSlot };
    return { error: { code: 400, message, type: "exceed_context_size_error", ...figures } };
  }

  promptTokens(request: ScriptedRequest): number {
    const { messages, prompt } = record(request.body);
    const texts = Array.isArray(messages) ? messages.map((message: unknown) => textOf(message)) : [textIn(prompt)];
    return texts.reduce((sum, text) => sum + scriptedTokens(text).length, 0);
  }

  #common({ path, body }: ScriptedRequest): FaceAnswer | undefined {
    if (path === "/health") return { status: 200, body: { status: "ok" } };
    if (path === "/v1/models") {
      const meta = { n_ctx: this.contextPerSlot };
      return { status: 200, body: { object: "list", data: [{ id: this.model, object: "model", meta }] } };
    }
    if (path === "/v1/embeddings") return { status: 200, body: this.#embeddings(record(body)["input"]) };
    if (path === "/v1/rerank") return { status: 200, body: this.#ranks(record(body)) };
    return undefined;
  }

  #own(face: "llama-server" | "vllm" | "ollama", { path, method, body }: ScriptedRequest): FaceAnswer | undefined {
    const { content, prompt } = record(body);
    if (path === "/tokenize" && face !== "ollama") {
      const words = scriptedTokens(textIn(content) || textIn(prompt)).map((_, index) => index);
      return { status: 200, body: face === "vllm" ? { count: words.length, tokens: words } : { tokens: words } };
    }
    if (face === "vllm" && path === "/version") return { status: 200, body: { version: "0.32.0" } };
    if (face === "ollama") return this.#ollama(path, body);
    if (face !== "llama-server") return undefined;
    if (path === "/props") return { status: 200, body: this.#props() };
    if (path === "/slots") {
      const slot = (_: unknown, id: number) => ({ id, n_ctx: this.contextPerSlot, is_processing: false });
      return { status: 200, body: Array.from({ length: this.#options.slots ?? 4 }, slot) };
    }
    if (path === "/metrics") return { status: 200, type: "text/plain", body: "llamacpp:requests_processing 0\n" };
    return path === "/lora-adapters" ? this.#adapters(method, body) : undefined;
  }

  #props(): object {
    return {
      default_generation_settings: { n_ctx: this.contextPerSlot },
      total_slots: this.#options.slots ?? 4,
      chat_template: "scripted",
      chat_template_caps: { supports_tools: true },
      modalities: { vision: false, audio: false },
      build_info: "b11434-scripted",
    };
  }

  /** Ollama's own API: a name that was created is loaded when it is held, and gone when it is let go. */
  #ollama(path: string, body: unknown): FaceAnswer | undefined {
    const { model, from, keep_alive: keep, parameters } = record(body);
    const name = textIn(model);
    if (path === "/api/version") return { status: 200, body: { version: "0.17.4" } };
    if (path === "/api/tags") {
      const models = [...this.#created.keys()].map((each) => ({ name: each }));
      return { status: 200, body: { models } };
    }
    if (path === "/api/ps") {
      const row = (each: string) => ({ name: each, size: 1000, size_vram: 0, context_length: this.#created.get(each) });
      return { status: 200, body: { models: [...this.#held].map(row) } };
    }
    if (path === "/api/create" && this.#created.has(textIn(from))) {
      this.#created.set(name, Number(record(parameters)["num_ctx"]));
      return { status: 200, body: { status: "success" } };
    }
    if (!/^\/api\/(show|create|generate|embed)$/.test(path)) return undefined;
    if (!this.#created.has(name)) return { status: 404, body: { error: `model '${name}' not found` } };
    if (path === "/api/show") return { status: 200, body: { capabilities: ["completion", "tools", "embedding"] } };
    if (keep === 0) this.#held.delete(name);
    else this.#held.add(name);
    return { status: 200, body: { model: name, done: true, done_reason: keep === 0 ? "unload" : "load" } };
  }

  /** As llama-server: an id it does not have is no error. */
  #adapters(method: string, body: unknown): FaceAnswer {
    if (method === "POST") {
      for (const entry of Array.isArray(body) ? body : []) {
        const { id, scale } = record(entry);
        if (typeof id === "number" && id in this.#scales) this.#scales[id] = Number(scale);
      }
      return { status: 200, body: { success: true } };
    }
    const rows = (this.#options.adapters ?? []).map(({ path }, id) => ({ id, path, scale: this.#scales[id] }));
    return { status: 200, body: rows };
  }

  #embeddings(input: unknown): object {
    const texts = (Array.isArray(input) ? input : [input]).map(String);
    const data = texts.map((text, index) => ({ object: "embedding", index, embedding: vectorOf(text) }));
    const tokens = texts.reduce((sum, text) => sum + scriptedTokens(text).length, 0);
    return { object: "list", model: this.model, data, usage: { prompt_tokens: tokens, total_tokens: tokens } };
  }

  #ranks({ query, documents }: Readonly<Record<string, unknown>>): object {
    const wanted = new Set(scriptedTokens(String(query)));
    const texts = Array.isArray(documents) ? documents.map(String) : [];
    const score = (text: string) => scriptedTokens(text).filter((word) => wanted.has(word)).length;
    const results = texts.map((text, index) => ({ index, relevance_score: score(text) }));
    return {
      object: "list",
      model: this.model,
      results: results.toSorted((a, b) => b.relevance_score - a.relevance_score),
    };
  }
}

function textOf(message: unknown): string {
  const { content } = record(message);
  if (!Array.isArray(content)) return textIn(content);
  return content.map((part: unknown) => textIn(record(part)["text"])).join(" ");
}

function textIn(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A vector of eight that follows from the text alone. */
function vectorOf(text: string): number[] {
  const vector = Array.from({ length: 8 }, () => 0);
  for (const [at, word] of scriptedTokens(text).entries())
    for (const letter of word) vector[(letter.codePointAt(0)! + at) % 8]! += 1;
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}
