// A thread that answers questions, one after another; what it computes holds up nobody else.
import { parentPort } from "node:worker_threads";
import { cliContext } from "../context.ts";
import { askInside } from "./ask-inside.ts";

const context = cliContext(process, new AbortController().signal, Date.now());

async function answer(words: readonly string[]): Promise<void> {
  const said = await askInside(context, words);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(said);
}

parentPort?.on("message", (words: readonly string[]) => void answer(words));
