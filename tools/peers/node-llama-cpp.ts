import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Peer, PeerAnswer, PeerQuestion, Sizes } from "./peer.ts";

interface Answer {
  readonly estimate?: Sizes;
  readonly dryRun?: number;
  readonly failed?: string;
}

const asked = new WeakMap<readonly PeerQuestion[], Promise<Answer[]>>();

/** Its rule of thumb, which it calls deprecated but falls back to. */
export const nodeLlamaCppEstimate: Peer = {
  name: "node-llama-cpp 3.21.1, estimate",
  ask: async (questions) =>
    (await answers(questions)).map(({ estimate, failed = "no answer" }): PeerAnswer => estimate ?? { refused: failed }),
};

/** Its dry run on the engine itself: cache and compute together, with the processor's rules, because it has no device here. */
export const nodeLlamaCppDryRun: Peer = {
  name: "node-llama-cpp 3.21.1, dry run",
  ask: async (questions) =>
    (await answers(questions)).map(({ dryRun, failed = "no answer" }): PeerAnswer =>
      dryRun === undefined ? { refused: failed } : { context: dryRun },
    ),
};

/** Both are asked at once. */
function answers(questions: readonly PeerQuestion[]): Promise<Answer[]> {
  const known = asked.get(questions) ?? askAll(questions);
  asked.set(questions, known);
  return known;
}

/** The engine may end the process on a question: the next process goes on behind it. */
async function askAll(questions: readonly PeerQuestion[]): Promise<Answer[]> {
  const got: Answer[] = [];
  while (got.length < questions.length) {
    const lines = await askSome(questions.slice(got.length));
    got.push(...lines.map((line): Answer => JSON.parse(line)));
    if (got.length < questions.length) got.push({ failed: "the engine ended the process" });
  }
  return got;
}

async function askSome(questions: readonly PeerQuestion[]): Promise<string[]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "node-llama-cpp-ask.ts")], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  child.stdin.on("error", () => {}); // it ended before it read everything: its answers are then too few
  child.stdin.end(questions.map((question) => `${JSON.stringify(question)}\n`).join(""));
  return (await text(child.stdout)).split("\n").filter((line) => line !== "");
}
