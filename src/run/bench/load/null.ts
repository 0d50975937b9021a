import { type ChildProcess, fork } from "node:child_process";
import { codeFile } from "../../home/index.ts";
import type { NullLog } from "./null-protocol.ts";

/** A null server of our own, in a process of its own. */
export interface NullServer {
  readonly url: string;
  readonly pid: number;
  /** What it did since the last call. */
  log(): Promise<NullLog>;
  stop(): Promise<void>;
}

type Message = { readonly port?: number; readonly log?: NullLog };

export async function startNullServer(): Promise<NullServer> {
  const child = fork(codeFile("run/bench/load/null-server"), [], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const { port } = await heard(child);
  return {
    url: `http://127.0.0.1:${port}/v1`,
    pid: child.pid ?? 0,
    async log() {
      child.send("log");
      return (await heard(child)).log ?? {};
    },
    async stop() {
      const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.disconnect();
      await gone;
    },
  };
}

function heard(child: ChildProcess): Promise<Message> {
  return new Promise((resolve, reject) => {
    const onExit = () => reject(new Error("the null server ended"));
    child.once("exit", onExit);
    child.once("message", (message: Message) => {
      child.off("exit", onExit);
      resolve(message);
    });
  });
}
