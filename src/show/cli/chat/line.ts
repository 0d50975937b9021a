import { createInterface, type Interface } from "node:readline";
import { Writable } from "node:stream";
import type { CliContext } from "../context.ts";
import { BREAK, PASTE_OFF, PASTE_ON, PasteFilter } from "./paste.ts";

export type Line =
  | { readonly kind: "text"; readonly text: string }
  /** Ctrl-C on what was typed */
  | { readonly kind: "interrupt"; readonly typed: boolean }
  /** Ctrl-D, or an input that ended */
  | { readonly kind: "end" };

interface Entered {
  readonly line: Line;
  /** it was typed while nothing was shown of it */
  readonly unseen: boolean;
}

/** Messages from a terminal. What is typed while a reply comes is not shown, and waits for its turn. */
export class MessageReader {
  readonly #context: CliContext;
  readonly #editor: Interface;
  readonly #screen: Screen;
  readonly #entered: Entered[] = [];
  #waiting: ((entered: Entered) => void) | undefined;
  #interrupt: (() => void) | undefined;

  constructor(context: CliContext) {
    this.#context = context;
    const { stdin, stdout } = context.process;
    this.#screen = new Screen(stdout);
    stdout.write(PASTE_ON);
    const input = throughPaste(stdin);
    this.#editor = createInterface({ input, output: this.#screen, terminal: true, historySize: 500 });
    this.#editor.on("line", (text) => this.#enter({ kind: "text", text }));
    this.#editor.on("SIGINT", () => this.#pressed());
    this.#editor.once("close", () => {
      stdin.unpipe(input);
      stdin.pause();
      stdout.write(PASTE_OFF);
      this.#enter({ kind: "end" });
    });
    context.signal.addEventListener("abort", () => this.close(), { once: true });
    this.#screen.shown = false;
  }

  /** Several lines where a line ends with `\`, between two lines of `"""`, or where they are pasted. */
  async message(prompt: string): Promise<Line> {
    const lines: string[] = [];
    let quoted = false;
    for (;;) {
      const line = await this.#line(lines.length === 0 && !quoted ? prompt : "...    ");
      if (line.kind !== "text") return line.kind === "interrupt" && lines.length > 0 ? { ...line, typed: true } : line;
      const text = line.text.replaceAll(BREAK, "\n");
      if (text.trim() === '"""') {
        if (quoted) return { kind: "text", text: lines.join("\n") };
        quoted = true;
      } else if (quoted) lines.push(text);
      else if (text.endsWith("\\")) lines.push(text.slice(0, -1));
      else return { kind: "text", text: [...lines, text].join("\n") };
    }
  }

  /** Until the returned function is called, Ctrl-C means `interrupt`. */
  whileReplying(interrupt: () => void): () => void {
    this.#interrupt = interrupt;
    return () => (this.#interrupt = undefined);
  }

  close(): void {
    this.#editor.close();
  }

  async #line(prompt: string): Promise<Line> {
    const { stdout } = this.#context.process;
    const ready = this.#entered.shift();
    if (ready !== undefined) {
      if (ready.unseen && ready.line.kind === "text") stdout.write(`${prompt}${ready.line.text}\n`);
      return ready.line;
    }
    this.#screen.shown = true;
    this.#editor.setPrompt(prompt);
    this.#editor.prompt(true);
    const { line } = await new Promise<Entered>((resolve) => (this.#waiting = resolve));
    this.#screen.shown = false;
    return line;
  }

  #enter(line: Line): void {
    const entered = { line, unseen: !this.#screen.shown };
    // what follows in the same breath is not for this prompt
    this.#screen.shown = false;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) waiting(entered);
    else this.#entered.push(entered);
  }

  #pressed(): void {
    if (this.#interrupt) return this.#interrupt();
    const typed = this.#editor.line !== "";
    this.#editor.write(null, { ctrl: true, name: "e" });
    this.#editor.write(null, { ctrl: true, name: "u" });
    this.#context.process.stdout.write("\n");
    this.#enter({ kind: "interrupt", typed });
  }
}

/** A terminal's output that the line editor writes to, or does not. */
class Screen extends Writable {
  shown = true;
  readonly isTTY = true;
  readonly #stdout: NodeJS.WriteStream;

  constructor(stdout: NodeJS.WriteStream) {
    super({ decodeStrings: false });
    this.#stdout = stdout;
  }

  get columns(): number {
    return this.#stdout.columns;
  }

  override _write(chunk: string, _encoding: BufferEncoding, done: () => void): void {
    if (this.shown) this.#stdout.write(chunk);
    done();
  }
}

/** A terminal's input with pastes kept together; it is still a terminal to the line editor. */
function throughPaste(stdin: NodeJS.ReadStream): PasteFilter {
  const filter = Object.assign(new PasteFilter(), {
    isTTY: true,
    setRawMode: (mode: boolean) => stdin.setRawMode(mode),
  });
  stdin.pipe(filter);
  return filter;
}
