import type { ToolCall, ToolFormat } from "../tools/index.ts";
import { findMarker, heldBack } from "./markers.ts";
import type { Thinking } from "./thinking.ts";

/** A piece of a reply, as the client hears it. */
export type ReplyPart =
  | { readonly kind: "reasoning" | "content"; readonly text: string }
  | { readonly kind: "call"; readonly call: ToolCall };

export interface ReplyShape {
  /** around the model's thinking; absent: it does not think, or it is to be shown as it is */
  readonly thinking?: Thinking & { readonly begun: boolean };
  /** how it writes calls, and of which tools; absent: none are asked for */
  readonly tools?: { readonly format: ToolFormat; readonly names: ReadonlySet<string> };
}

/** Around JSON, as models like to write it. */
const FENCE = "```";

type State = "start" | "thinking" | "afterThinking" | "content" | "call" | "whole";

/**
 * Takes a reply apart while it comes: thinking, content, calls. What might be the beginning of a marker is held back, and a
 * call is given out when it is whole; what looked like one and is none is content.
 */
export class ReplyParser {
  readonly #shape: ReplyShape;
  #state: State;
  #text = "";
  #calls = 0;

  constructor(shape: ReplyShape) {
    this.#shape = shape;
    this.#state = shape.thinking?.begun === true ? "thinking" : "start";
  }

  push(text: string): ReplyPart[] {
    this.#text += text;
    const parts: ReplyPart[] = [];
    while (this.#advance(parts));
    return parts;
  }

  end(): ReplyPart[] {
    const parts = this.push("");
    const called = (this.#state === "call" || this.#state === "whole") && this.#called(parts, this.#text);
    const nothing = (this.#calls > 0 || this.#state !== "content") && this.#text.trim() === "";
    if (!called && !nothing) this.#say(parts, this.#state === "thinking" ? "reasoning" : "content", this.#text);
    this.#text = "";
    return parts;
  }

  /** One move; false: more text is needed. */
  #advance(parts: ReplyPart[]): boolean {
    switch (this.#state) {
      case "start":
        return this.#begin();
      case "thinking":
        return this.#think(parts);
      case "afterThinking": {
        this.#text = this.#text.trimStart();
        if (this.#text === "") return false;
        this.#state = "start";
        return true;
      }
      case "content":
        return this.#talk(parts);
      case "call":
        return this.#call(parts);
      case "whole":
        return false;
      default:
        return this.#state satisfies never;
    }
  }

  /** What kind of reply is it? Whitespace before a marker is nothing. */
  #begin(): boolean {
    const { thinking, tools } = this.#shape;
    const trimmed = this.#text.trimStart();
    const fences = tools && tools.format.close === undefined ? [FENCE] : [];
    const { open, skip } = thinking ?? {};
    const opens = [open, skip, ...(tools?.format.opens ?? []), ...fences].filter((marker) => marker !== undefined);
    if (opens.some((marker) => marker !== trimmed && marker.startsWith(trimmed))) return false;
    if (trimmed === "" && tools) return false;
    if (open !== undefined && trimmed.startsWith(open)) {
      this.#text = trimmed.slice(open.length);
      this.#state = "thinking";
    } else if (skip !== undefined && trimmed.startsWith(skip)) {
      this.#text = trimmed.slice(skip.length);
      this.#state = "content";
    } else if (tools && isWhole(tools.format, trimmed)) this.#state = "whole";
    else this.#state = "content";
    return true;
  }

  #think(parts: ReplyPart[]): boolean {
    const { close } = this.#shape.thinking!;
    const { at } = findMarker(this.#text, [close]);
    if (at >= 0) {
      this.#say(parts, "reasoning", this.#text.slice(0, at).trimEnd());
      this.#text = this.#text.slice(at + close.length);
      this.#state = "afterThinking";
      return true;
    }
    this.#say(parts, "reasoning", this.#shift(heldWithSpace(this.#text, [close])));
    return false;
  }

  #talk(parts: ReplyPart[]): boolean {
    const opens = this.#shape.tools?.format.opens ?? [];
    const { at } = findMarker(this.#text, opens);
    if (at >= 0) {
      this.#say(parts, "content", this.#text.slice(0, at).trimEnd());
      this.#text = this.#text.slice(at);
      this.#state = "call";
      return true;
    }
    this.#say(parts, "content", this.#shift(opens.length === 0 ? 0 : heldWithSpace(this.#text, opens)));
    return false;
  }

  #call(parts: ReplyPart[]): boolean {
    const { close } = this.#shape.tools!.format;
    const end = close === undefined ? -1 : this.#text.indexOf(close);
    if (close === undefined || end < 0) return false;
    const whole = this.#text.slice(0, end + close.length);
    if (!this.#called(parts, whole)) this.#say(parts, "content", whole);
    this.#text = this.#text.slice(whole.length);
    this.#state = "content";
    return true;
  }

  /** Gives out the calls of a text, where it is some and all are of tools there are. */
  #called(parts: ReplyPart[], text: string): boolean {
    const { format, names } = this.#shape.tools!;
    const calls = format.parse(text);
    if (!calls?.every(({ name }) => names.has(name))) return false;
    parts.push(...calls.map((call) => ({ kind: "call" as const, call })));
    this.#calls += calls.length;
    return true;
  }

  /** All of the text but the last characters. */
  #shift(held: number): string {
    const shown = this.#text.slice(0, this.#text.length - held);
    this.#text = this.#text.slice(shown.length);
    return shown;
  }

  #say(parts: ReplyPart[], kind: "reasoning" | "content", text: string): void {
    if (text !== "") parts.push({ kind, text });
  }
}

/** A reply that is nothing but JSON may be a call in formats that do not mark them. */
function isWhole({ close, opens }: ToolFormat, text: string): boolean {
  return (
    close === undefined &&
    (/^[{[]/.test(text) || text.startsWith(FENCE)) &&
    !opens.some((open) => text.startsWith(open))
  );
}

/** Space before a marker goes with it. */
function heldWithSpace(text: string, markers: readonly string[]): number {
  const shown = text.slice(0, text.length - heldBack(text, markers));
  return text.length - shown.trimEnd().length;
}
