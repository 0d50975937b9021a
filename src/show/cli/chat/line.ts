import { createInterface } from "node:readline";
import type { CliContext } from "../context.ts";
import { BREAK, PASTE_OFF, PASTE_ON, PasteFilter } from "./paste.ts";

export type Line =
  | { readonly kind: "text"; readonly text: string }
  /** Ctrl-C on what was typed */
  | { readonly kind: "interrupt"; readonly typed: boolean }
  /** Ctrl-D, or an input that ended */
  | { readonly kind: "end" };

/**
 * One message from a terminal: several lines where a line ends with `\`, between two lines of `"""`, or where they are
 * pasted. `history`: newest first, as readline keeps it; it is added to.
 */
export async function readMessage(context: CliContext, prompt: string, history: string[]): Promise<Line> {
  const lines: string[] = [];
  let quoted = false;
  for (;;) {
    const line = await readLine(context, lines.length === 0 && !quoted ? prompt : "...    ", history);
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

function readLine(context: CliContext, prompt: string, history: string[]): Promise<Line> {
  const { stdin, stdout } = context.process;
  const input = throughPaste(stdin);
  stdout.write(PASTE_ON);
  const editor = createInterface({ input, output: stdout, terminal: true, history, historySize: 500, prompt });
  return new Promise((resolve) => {
    let answer: Line = { kind: "end" };
    const close = (line: Line) => {
      answer = line;
      editor.close();
    };
    const stop = () => close({ kind: "end" });
    context.signal.addEventListener("abort", stop, { once: true });
    editor.on("history", (kept) => history.splice(0, history.length, ...kept));
    editor.once("line", (text) => close({ kind: "text", text }));
    editor.once("SIGINT", () => {
      stdout.write("\n");
      close({ kind: "interrupt", typed: editor.line !== "" });
    });
    editor.once("close", () => {
      context.signal.removeEventListener("abort", stop);
      stdin.unpipe(input);
      stdin.pause();
      stdout.write(PASTE_OFF);
      resolve(answer);
    });
    if (context.signal.aborted) stop();
    else editor.prompt();
  });
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

/** While a reply comes: Ctrl-C gives it up, other keys wait for nothing. Returns what ends the listening. */
export function onInterrupt(context: CliContext, interrupt: () => void): () => void {
  const { stdin } = context.process;
  const stop = () => interrupt();
  context.signal.addEventListener("abort", stop, { once: true });
  const keys = (bytes: Buffer) => {
    if (bytes.includes(3)) interrupt();
  };
  if (stdin.isTTY) {
    stdin.setRawMode(true);
    stdin.on("data", keys);
    stdin.resume();
  }
  return () => {
    context.signal.removeEventListener("abort", stop);
    if (!stdin.isTTY) return;
    stdin.off("data", keys);
    stdin.pause();
    stdin.setRawMode(false);
  };
}
