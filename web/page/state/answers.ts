import { effect, signal, type ReadonlySignal } from "@preact/signals";
import { AskError, startEngine, type Answers, type Flags } from "../engine/index.ts";
import { takenBy, type ShownKind } from "./taken.ts";

/** An error as the command line's JSON says it. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** What is shown of a question: the last answer stays until the next is there. */
export interface Shown<Answer> {
  readonly answer?: Answer;
  readonly problem?: Problem;
  readonly waiting: boolean;
}

export const engine = startEngine();

/** Files that were opened so far: one of the same name may be another one. */
export const openings = signal(0);

/**
 * Answers of one kind to a question that changes; `undefined` asks nothing. What comes after the question has changed is not
 * shown. `place`: questions of one place replace each other.
 */
export function answering<K extends ShownKind>(
  kind: K,
  question: ReadonlySignal<Flags | undefined>,
  place: string = kind,
): { readonly shown: ReadonlySignal<Shown<Answers[K]>>; readonly end: () => void } {
  const shown = signal<Shown<Answers[K]>>({ waiting: true });
  let asked = "";
  let latest = 0;
  const end = effect(() => {
    const flags = question.value === undefined ? undefined : takenBy(kind, question.value);
    // a question that lacks what has changed is the same question
    const now = JSON.stringify([openings.value, flags]);
    if (now === asked) return;
    asked = now;
    latest += 1;
    if (flags === undefined) return;
    const mine = latest;
    const before = shown.peek();
    if (!before.waiting) shown.value = { ...before, waiting: true };
    engine.ask(kind, flags, place).then(
      (answer) => {
        if (mine === latest) shown.value = { answer, waiting: false };
      },
      (error: unknown) => {
        if (mine !== latest) return;
        const { answer } = shown.peek();
        shown.value = { ...(answer === undefined ? {} : { answer }), problem: problemOf(error), waiting: false };
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
  if (error instanceof AskError) return { code: error.code, message: error.message, hint: error.hint };
  return { code: "internal", message: error instanceof Error ? error.message : String(error), hint: "" };
}
