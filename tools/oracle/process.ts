import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";

/** Bytes of one place by what they are for. */
export interface PlaceBytes {
  readonly model: number;
  readonly context: number;
  readonly compute: number;
}

/** What the library says, or why it refuses. */
export type OracleAnswer =
  | {
      readonly kind: "buffers";
      readonly devices: readonly PlaceBytes[];
      readonly host: PlaceBytes & { readonly output: number };
    }
  | { readonly kind: "refused"; readonly because: string };

/** A question by the program's own keys (tools/oracle/README.md). */
export type OracleQuestion = Readonly<Record<string, unknown>>;

/** The program, asked one line at a time. A question that ends it is answered as a refusal, and the next starts it again. */
export class OracleProcess {
  readonly #program: string;
  #child: ChildProcessWithoutNullStreams | undefined;
  #waiting: ((line: string | undefined) => void) | undefined;
  #lastError = "";

  constructor(program: string) {
    this.#program = program;
  }

  async ask(question: OracleQuestion): Promise<OracleAnswer> {
    this.#child ??= this.#start();
    const line = await new Promise<string | undefined>((resolve) => {
      this.#waiting = resolve;
      this.#child!.stdin.write(`${JSON.stringify(question)}\n`);
    });
    if (line === undefined) return { kind: "refused", because: `the library ended the process: ${this.#lastError}` };
    const answer: OracleLine = JSON.parse(line);
    if (answer.error !== undefined) return { kind: "refused", because: answer.error };
    return { kind: "buffers", devices: answer.devices, host: answer.host };
  }

  close(): void {
    this.#child?.stdin.end();
    this.#child = undefined;
  }

  #start(): ChildProcessWithoutNullStreams {
    const child = spawn(this.#program, [], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, GGML_NO_BACKTRACE: "1" },
    });
    createInterface({ input: child.stdout }).on("line", (line) => this.#answer(line));
    createInterface({ input: child.stderr }).on("line", (line) => {
      if (line.includes("GGML_ASSERT") || line.includes("fatal")) this.#lastError = line;
    });
    child.stdin.on("error", () => undefined); // the end of the process says more
    child.once("close", () => {
      if (this.#child === child) this.#child = undefined;
      this.#answer(undefined);
    });
    return child;
  }

  #answer(line: string | undefined): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.(line);
  }
}

interface OracleLine {
  readonly error?: string;
  readonly devices: readonly PlaceBytes[];
  readonly host: PlaceBytes & { readonly output: number };
}
