import { computed, effect, signal, type ReadonlySignal } from "@preact/signals";
import type { Flags } from "../engine/index.ts";
import { changed, describesRig, sameFlags, type Change } from "./flags.ts";
import { askedBy, MOST_PINNED, queryOf, type Asked } from "./query.ts";
import { served } from "./server.ts";

/**
 * What is asked before anybody has asked: a model whose graph is in the first load; where there is no machine to ask about, of a card
 * of 24 GB with every figure known.
 */
const FIRST_MODEL = "qwen3-30b-a3b";
const FIRST_RIG: Change = { gpu: ["rtx-3090"] };
/** Browsers refuse an address that changes more often than some hundred times in half a minute. */
const ADDRESS_MS = 400;

const asked = signal<Asked>(read());

export const flags: ReadonlySignal<Flags> = computed(() => asked.value.flags);
export const pinned: ReadonlySignal<readonly Flags[]> = computed(() => asked.value.pinned);

/** Changes the question; a `step` is one that "back" undoes, as a chosen model is and a dragged slider is not. */
export function change(made: Change, step: "step" | "drag" = "drag"): void {
  const before = asked.peek();
  const after = changed(before.flags, made);
  if (!sameFlags(before.flags, after)) put({ ...before, flags: after }, step);
}

/** Asks something else altogether. */
export function ask(question: Flags): void {
  put({ ...asked.peek(), flags: question }, "step");
}

/** Keeps the question to be compared with; the oldest gives way. */
export function pin(question: Flags): void {
  const { flags: now, pinned: before } = asked.peek();
  const others = before.filter((one) => !sameFlags(one, question));
  put({ flags: now, pinned: [...others, question].slice(-MOST_PINNED) }, "step");
}

export function unpin(question: Flags): void {
  const { flags: now, pinned: before } = asked.peek();
  put({ flags: now, pinned: before.filter((one) => !sameFlags(one, question)) }, "step");
}

let pushes = false;

function put(next: Asked, step: "step" | "drag"): void {
  pushes ||= step === "step";
  asked.value = next;
  if (step === "step") writeAddress();
}

let timer: number | undefined;

function writeAddress(): void {
  window.clearTimeout(timer);
  timer = undefined;
  const query = `?${queryOf(asked.peek())}`;
  if (query !== location.search) {
    if (pushes) history.pushState(null, "", query);
    else history.replaceState(null, "", query);
  }
  pushes = false;
}

/** Keeps the address saying what is asked, and asks what an address says; a page without a server is about a rig by hand. */
export function followAddress(): void {
  let first = true;
  effect(() => {
    void asked.value;
    if (!first) timer ??= window.setTimeout(writeAddress, ADDRESS_MS);
    first = false;
  });
  effect(() => {
    const { flags: now, pinned: beside } = asked.value;
    if (served.value.kind !== "alone" || describesRig(now)) return;
    asked.value = { flags: changed(now, FIRST_RIG), pinned: beside };
  });
  window.addEventListener("popstate", () => {
    // a jump on the page while the address is about to be written
    if (timer !== undefined) return;
    asked.value = read();
    // this address says it already; nor must going back once more meanwhile be taken for such a jump
    window.clearTimeout(timer);
    timer = undefined;
  });
}

function read(): Asked {
  const said = askedBy(location.search);
  return said.flags["model"] === undefined ? { ...said, flags: changed(said.flags, { model: FIRST_MODEL }) } : said;
}
