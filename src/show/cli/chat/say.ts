import { chat, type ClientChat, type ClientEndpoint, type ClientOutcome } from "../../../run/client/index.ts";
import type { CliContext } from "../context.ts";
import { wordWrap } from "../text/word-wrap.ts";

/** Streams a reply onto the terminal, thoughts faint before it, and returns what became of it. */
export async function say(
  context: CliContext,
  endpoint: ClientEndpoint,
  ask: ClientChat,
  { signal, label }: { readonly signal: AbortSignal; readonly label: string },
): Promise<ClientOutcome> {
  const { stdout } = context.process;
  const faint = context.outStyle.faint;
  const indent = label.length + 2;
  const wrap = stdout.isTTY ? wordWrap(indent) : undefined;
  const put = (text: string) => (wrap ? wrap.push(tame(text)) : tame(text));
  let thinking = false;
  stdout.write(`${context.outStyle.strong(label)}  `);
  let end = "";
  try {
    for await (const event of chat(endpoint, ask, { signal })) {
      if (event.kind === "end") return event.outcome;
      if (event.kind === "thinking") {
        thinking = true;
        stdout.write(faint(put(event.text)));
      } else {
        if (thinking) stdout.write(`${faint(wrap?.flush() ?? "")}\n\n${" ".repeat(indent)}`);
        const first = thinking;
        thinking = false;
        stdout.write(put(first ? event.text.trimStart() : event.text));
      }
      end = event.text.endsWith("\n") ? "" : "\n";
    }
    throw new Error("a chat ends with its outcome");
  } finally {
    stdout.write(`${wrap?.flush() ?? ""}${end || "\n"}`);
  }
}

/** A model may write what a terminal would obey. */
function tame(text: string): string {
  return text.replaceAll("\r", "").replace(/[^\P{Cc}\n\t]/gu, "\ufffd");
}
