/// <reference lib="webworker" />
// Answers questions beside the page, so that a long one holds nothing up.
import { createAnswerer, errorFacts } from "./answerer.ts";
import type { Reply, Request } from "./messages.ts";

declare const self: DedicatedWorkerGlobalScope;

const answerer = createAnswerer();
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin to name
const reply = (message: Reply) => self.postMessage(message);

self.addEventListener("message", (event: MessageEvent<Request>) => void answer(event.data));

async function answer(request: Request): Promise<void> {
  const { id } = request;
  try {
    if (request.do === "here") answerer.here(request.rig);
    else if (request.do === "open") reply({ id, opened: await answerer.open(request.files) });
    else reply({ id, json: await answerer.ask(request.kind, request.flags) });
  } catch (thrown) {
    reply({ id, error: errorFacts(thrown) });
  }
}
