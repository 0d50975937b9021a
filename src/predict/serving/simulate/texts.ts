import type { PlannedRequest } from "../workload/index.ts";

/** A stretch of text that several requests may hold: it goes on from its parent's first `fromTokens` tokens. */
export interface Text {
  readonly id: number;
  readonly parent: Text | undefined;
  readonly fromTokens: number;
}

/** What all texts begin with: nothing. */
const ROOT: Text = { id: 0, parent: undefined, fromTokens: 0 };

/** Which beginnings requests share, by the names that a workload gives them: no token is looked at. */
export class Texts {
  readonly #named = new Map<string, Text>();
  readonly #blocks = new Map<string, Text>();
  #count = 1;

  /** The text that the request's prompt begins with, and how many of its tokens; what follows is nobody else's. */
  of(request: PlannedRequest): { readonly text: Text; readonly tokens: number } {
    const { promptTokens, blocks, prefix, session } = request;
    if (blocks !== undefined) {
      let text = ROOT;
      for (const [at, id] of blocks.ids.entries()) text = this.#block(text, id, at * blocks.tokens);
      return { text, tokens: Math.min(promptTokens, blocks.ids.length * blocks.tokens) };
    }
    if (session !== undefined) {
      const name = `session-${session}`;
      const begins = prefix === undefined || prefix.id === name ? undefined : prefix;
      return { text: this.#own(name, begins), tokens: promptTokens };
    }
    if (prefix === undefined) return { text: ROOT, tokens: 0 };
    return { text: this.#own(prefix.id, undefined), tokens: Math.min(prefix.tokens, promptTokens) };
  }

  /** A text that only one request has: what it goes on from when it comes again. */
  ownOf(text: Text, tokens: number): Text {
    return { id: this.#count++, parent: text, fromTokens: tokens };
  }

  #own(name: string, begins: PlannedRequest["prefix"]): Text {
    let text = this.#named.get(name);
    if (text === undefined) {
      const parent = begins === undefined ? ROOT : this.#own(begins.id, undefined);
      text = { id: this.#count++, parent, fromTokens: begins?.tokens ?? 0 };
      this.#named.set(name, text);
    }
    return text;
  }

  #block(parent: Text, id: number, fromTokens: number): Text {
    const name = `${parent.id}/${id}`;
    let text = this.#blocks.get(name);
    if (text === undefined) {
      text = { id: this.#count++, parent, fromTokens };
      this.#blocks.set(name, text);
    }
    return text;
  }
}

/** Tokens that two beginnings share, each `tokens` long. */
export function sharedTokens(a: Text, aTokens: number, b: Text, bTokens: number): number {
  let shared = Math.min(aTokens, bTokens);
  let [one, other]: (Text | undefined)[] = [a, b];
  while (one !== other && one !== undefined && other !== undefined) {
    // the one that begins later, and of two that begin alike the newer, cannot be an ancestor of the other
    if (one.fromTokens > other.fromTokens || (one.fromTokens === other.fromTokens && one.id > other.id)) {
      shared = Math.min(shared, one.fromTokens);
      one = one.parent;
    } else {
      shared = Math.min(shared, other.fromTokens);
      other = other.parent;
    }
  }
  return one === ROOT ? 0 : shared;
}
