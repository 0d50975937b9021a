import type { LlamaGrammar, LlamaGrammarEvaluationState } from "node-llama-cpp";
import { LoadoutError } from "../../../../facts/errors/index.ts";
import type { Session } from "../session.ts";

/** Grammars are compiled once; so many are kept. */
const KEPT_GRAMMARS = 32;

/** The model that is served, for all requests. */
export class Served {
  readonly session: Session;
  readonly name: string;
  readonly #grammars = new Map<string, Promise<LlamaGrammar>>();

  constructor(session: Session, name: string) {
    this.session = session;
    this.name = name;
  }

  /** A fresh state of a grammar, one a reply. */
  async grammar(text: string): Promise<LlamaGrammarEvaluationState> {
    const { library, llama, model } = this.session.opened;
    const known = this.#grammars.get(text) ?? llama.createGrammar({ grammar: text });
    this.#grammars.delete(text);
    this.#grammars.set(text, known); // the newest is the last
    const [oldest] = this.#grammars.keys();
    if (this.#grammars.size > KEPT_GRAMMARS) this.#grammars.delete(oldest!);
    try {
      return new library.LlamaGrammarEvaluationState({ model, grammar: await known });
    } catch (cause) {
      const got = cause instanceof Error ? cause.message : String(cause);
      throw new LoadoutError(
        "engine-request-invalid",
        { field: "grammar", expected: "a GBNF grammar", got },
        { cause },
      );
    }
  }
}
