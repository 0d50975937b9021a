import { computed } from "@preact/signals";
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

const shownQuestion = computed(() => (fit.value.answer ? question.value : undefined));

/** The same and what has to be searched for: alternatives, longest context, most users. Nothing of it delays the first answer. */
export const { shown: whole } = answering("fit", shownQuestion);

/** Longest context that a slider reaches where no model is known yet, tokens. */
export const USUAL_CONTEXT = 131_072;
