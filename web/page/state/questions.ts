import { computed, effect, signal } from "@preact/signals";
import { answering } from "./answers.ts";
import { describesRig } from "./flags.ts";
import { served } from "./server.ts";
import { flags } from "./store.ts";

/** The question once it can be asked: about this machine only where a server knows it. */
export const question = computed(() =>
  describesRig(flags.value) || served.value.kind === "served" ? flags.value : undefined,
);

/** What every step of a slider moves. */
export const { shown: fit } = answering("numbers", question);

const firstPainted = signal(false);
effect(() => {
  if (fit.value.answer === undefined || firstPainted.peek()) return;
  // behind the frame that shows it: a task that a frame's callback puts off runs after the paint
  requestAnimationFrame(() => setTimeout(() => (firstPainted.value = true)));
});

const shownQuestion = computed(() => (firstPainted.value && fit.value.answer ? question.value : undefined));

/** The same and what has to be searched for: alternatives, longest context, most users. Nothing of it delays the first answer. */
export const { shown: whole } = answering("fit", shownQuestion);

/** Longest context that a slider reaches where no model is known yet, tokens. */
export const USUAL_CONTEXT = 131_072;
