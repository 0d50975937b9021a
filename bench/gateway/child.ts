// What processes of this bench have in common: they say their port to whoever started them, and what they used when asked.
import { fork, type ChildProcess } from "node:child_process";
import type { Server } from "node:http";
import { join } from "node:path";

/** CPU and memory of a process, as it sees itself. */
export interface Used {
  readonly cpuUs: number;
  readonly rssBytes: number;
  readonly heapBytes: number;
  /** whatever the child counts besides */
  readonly extra?: Readonly<Record<string, number>>;
}

/** In the child: listens and answers its parent. */
export function listening(server: Server, port: number): void {
  server.listen(port, "127.0.0.1", () => {
    const address = server.address();
    tellPort(typeof address === "object" && address ? address.port : 0);
  });
}

export function tellPort(port: number, extra?: () => Promise<Readonly<Record<string, number>>>): void {
  const answer = async (question: unknown): Promise<void> => {
    if (question !== "used" && question !== "clean") return;
    if (question === "clean") globalThis.gc?.();
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    process.send?.({ cpuUs: user + system, rssBytes: rss, heapBytes: heapUsed, extra: await extra?.() });
  };
  process.on("message", (question) => void answer(question));
  process.on("disconnect", () => process.exit());
  process.on("SIGTERM", () => process.exit());
  process.send?.({ port });
}

/** In the parent: a process of this folder that listens. */
export class Child {
  readonly #process: ChildProcess;
  readonly port: number;

  private constructor(child: ChildProcess, port: number) {
    this.#process = child;
    this.port = port;
  }

  static async start(file: string, args: readonly (string | number)[], nodeArgs: string[] = []): Promise<Child> {
    const child = fork(join(import.meta.dirname, file), args.map(String), {
      execArgv: [...process.execArgv, "--expose-gc", ...nodeArgs],
    });
    const message = await new Promise<{ port: number }>((resolve, reject) => {
      child.once("message", resolve);
      child.once("exit", (code) => reject(new Error(`${file} ended with ${code}`)));
    });
    return new Child(child, message.port);
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** `clean`: garbage is collected first, which itself takes CPU. */
  used(question: "used" | "clean" = "used"): Promise<Used> {
    return new Promise((resolve) => {
      this.#process.once("message", resolve);
      this.#process.send(question);
    });
  }

  /** Says something that has no answer. */
  tell(word: string): void {
    this.#process.send(word);
  }

  stop(): void {
    this.#process.kill();
  }

  /** As a crash ends it; resolves when it is gone. */
  async kill(): Promise<void> {
    const gone = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.kill("SIGKILL");
    await gone;
  }
}
