import { effect, signal, type ReadonlySignal } from "@preact/signals";
import { createEngine, type AnswerOf, type Flags, type Kind } from "../engine/index.ts";

/** An error as the command line's JSON says it. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** What is shown of a question: the last answer stays until the next is there. */
export interface Shown<Answer> {
  readonly answer?: Answer;
  /** what the answer is to */
  readonly to?: Flags;
  readonly problem?: Problem;
  readonly waiting: boolean;
}

export const engine = createEngine();

/**
 * Answers of one kind to a question that changes; `undefined` asks nothing. An answer that comes after the question has changed
 * is not shown. Returns what is shown, and what ends it.
 */
export function answering<K extends Kind>(
  kind: K,
  question: ReadonlySignal<Flags | undefined>,
): { readonly shown: ReadonlySignal<Shown<AnswerOf<K>>>; readonly end: () => void } {
  const shown = signal<Shown<AnswerOf<K>>>({ waiting: true });
  let latest = 0;
  const end = effect(() => {
    const flags = question.value;
    latest += 1;
    if (flags === undefined) return;
    const mine = latest;
    if (!shown.peek().waiting) shown.value = { ...shown.peek(), waiting: true };
    engine.ask(kind, flags).then(
      (answer) => {
        if (mine === latest) shown.value = { answer, to: flags, waiting: false };
      },
      (error: unknown) => {
        if (mine === latest) shown.value = { ...shown.peek(), problem: problemOf(error), waiting: false };
      },
    );
  });
  return {
    shown,
    end: () => {
      latest += 1;
      end();
    },
  };
}

export function problemOf(error: unknown): Problem {
  if (typeof error !== "object" || error === null) return { code: "unknown", message: String(error) };
  const { code, message, hint } = { code: undefined, message: undefined, hint: undefined, ...error };
  const said = error instanceof Error ? error.message : message;
  return {
    code: typeof code === "string" ? code : "unknown",
    message: typeof said === "string" ? said : "the question could not be answered",
    ...(typeof hint === "string" ? { hint } : {}),
  };
}
