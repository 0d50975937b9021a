// The child process of the embedded engine. It never outlives its parent: when the channel closes, for whatever reason
// (an end by SIGKILL closes it too), it ends at once. Ctrl-C reaches the whole group of a terminal; the parent decides
// what it means, so it is ignored here.
import { LoadoutError } from "../../../facts/errors/index.ts";
import { allDevices } from "./devices.ts";
import { dryRun } from "./dry-run.ts";
import { serve } from "./serve.ts";
import { LogRelay } from "./log-relay.ts";
import type { AnyAnswer, FromChild, SentError, ToChild } from "./protocol.ts";
import { Session } from "./session.ts";

let session: Session | undefined;
let closeServer: (() => Promise<void>) | undefined;
const replies = new Map<number, { readonly control: AbortController; readonly settled: Promise<void> }>();
const relay = new LogRelay((log) => send({ log }));

function send(message: FromChild<AnyAnswer>): void {
  if (process.connected) process.send?.(message);
}

async function answer(message: Extract<ToChild, { call: string }>): Promise<AnyAnswer> {
  switch (message.call) {
    case "load": {
      const result = await Session.load(message.args, relay, (loading) => send({ loading }));
      session = result.session;
      return result.loaded;
    }
    case "serve": {
      const { serving, close } = await serve(message.args, relay, (loading) => send({ loading }));
      closeServer = close;
      return serving;
    }
    case "chat": {
      const { id, args } = message;
      const control = new AbortController();
      const done = loaded().chat(args, control.signal, (part) => send({ id, part }));
      const settled = done.catch(() => {}); // whoever asked hears of its error; stopping only waits for its end
      replies.set(id, { control, settled });
      await done.finally(() => replies.delete(id));
      return null;
    }
    case "countTokens":
      return loaded().countTokens(message.args.text);
    case "tokenize":
      return loaded().tokenize(message.args.text);
    case "score":
      return loaded().score(message.args);
    case "measureThreads":
      return loaded().measureThreads(message.args);
    case "devices":
      return allDevices(message.args.backends);
    case "dryRun":
      return dryRun(message.args);
    case "stop":
      break;
  }
  await Promise.all([...replies.values()].map(({ settled }) => settled));
  await closeServer?.();
  await session?.close();
  return process.resourceUsage().maxRSS * 1024;
}

function loaded(): Session {
  if (!session) throw new LoadoutError("engine-failed", { what: "a call before loading", got: "no model" });
  return session;
}

function sendable(error: unknown): SentError {
  if (!(error instanceof LoadoutError)) {
    const got = error instanceof Error ? error.message : String(error);
    return { code: "engine-failed", details: { what: "a call", got } };
  }
  const details: Record<string, string | number | boolean> = {};
  for (const [key, value] of Object.entries(error.details))
    if (value !== undefined) details[key] = typeof value === "bigint" ? value.toString() : value;
  return { code: error.code, details };
}

process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
process.on("SIGINT", () => {});
process.on("message", (message: ToChild) => {
  if ("cancel" in message) {
    replies.get(message.id)?.control.abort();
    return;
  }
  answer(message).then(
    (result) => send({ id: message.id, answer: result }),
    (error: unknown) => send({ id: message.id, error: sendable(error) }),
  );
});
send({ ready: true });
