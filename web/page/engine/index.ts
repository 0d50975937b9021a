import { createEngine, type Engine } from "./engine.ts";
import type { Port } from "./lane.ts";
import type { Reply } from "./messages.ts";

export type { ErrorFacts, OpenedModel } from "./answerer.ts";
export { AskError } from "./engine.ts";
export type { Flags } from "../../../src/plan/ask/flags/index.ts";
export type { Answers, Kind } from "../../../src/plan/ask/kinds/index.ts";

export const startEngine = (): Engine => createEngine(startWorker);

function startWorker(): Port {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  return {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin to name
    send: (message) => worker.postMessage(message),
    receive: (listener) => worker.addEventListener("message", ({ data }: MessageEvent<Reply>) => listener(data)),
  };
}
