// A `loadout serve` of its own, in a home of its own, for measuring through everything that a user's requests go through.
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServeAnswer, ServePlanAnswer } from "../../src/plan/answer/index.ts";
import { foldersOf, thisHome } from "../../src/run/home/index.ts";
import { testHome } from "../../src/run/engine/testing/real-models.ts";

const MAIN = join(import.meta.dirname, "../../src/show/cli/main.ts");

/** A folder for what these runs keep; engines that were fetched before are used from where they are. */
export class BenchHome {
  readonly folder = mkdtempSync(join(tmpdir(), "loadout-bench-"));

  constructor() {
    const data = join(this.folder, "data");
    mkdirSync(data, { recursive: true });
    const engines = [testHome, thisHome()].map((home) => join(foldersOf(home).data, "engines")).find(existsSync);
    if (engines !== undefined) symlinkSync(engines, join(data, "engines"));
  }

  /** Runs a command that ends, and reads its one answer. */
  async plan(args: readonly string[]): Promise<ServePlanAnswer> {
    const child = this.start(args);
    let text = "";
    child.stdout!.setEncoding("utf8").on("data", (part: string) => (text += part));
    const code = await new Promise((resolve) => child.on("close", resolve));
    if (code !== 0) throw new Error(`loadout ${args.join(" ")}: exit code ${String(code)}`);
    const answer: ServePlanAnswer = JSON.parse(text);
    return answer;
  }

  start(args: readonly string[]): ChildProcess {
    return spawn(process.execPath, [MAIN, ...args], {
      env: { ...process.env, LOADOUT_HOME: this.folder },
      stdio: ["ignore", "pipe", "inherit"],
    });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A server that answers at its address until it is stopped. */
export class RunningServe {
  readonly answer: ServeAnswer;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, answer: ServeAnswer) {
    this.#child = child;
    this.answer = answer;
  }

  static async start(home: BenchHome, args: readonly string[]): Promise<RunningServe> {
    const child = home.start(["serve", ...args, "--port", "0", "--json"]);
    let text = "";
    const answer = await new Promise<ServeAnswer>((resolve, reject) => {
      child.on("close", (code) => reject(new Error(`loadout serve ${args.join(" ")}: exit code ${String(code)}`)));
      child.stdout!.setEncoding("utf8").on("data", (part: string) => {
        text += part;
        if (text.endsWith("}\n")) resolve(JSON.parse(text));
      });
    });
    return new RunningServe(child, answer);
  }

  get plan(): ServePlanAnswer {
    const plan = this.answer.models[0]?.plan;
    if (!plan) throw new Error("nothing was planned");
    return plan;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.on("close", resolve));
    this.#child.kill("SIGINT");
    await ended;
  }
}
