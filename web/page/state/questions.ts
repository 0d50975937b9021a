import { computed } from "@preact/signals";
import { answering } from "./answers.ts";
import { served } from "./server.ts";
import { describesRig } from "./flags.ts";
import { flags } from "./store.ts";

/** The question once it can be asked: about this machine only where a server knows it. */
export const question = computed(() =>
  describesRig(flags.value) || served.value.kind === "served" ? flags.value : undefined,
);

/** The main numbers. */
export const { shown: fit } = answering("fit", question);
