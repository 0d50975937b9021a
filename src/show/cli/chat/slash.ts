import { LoadoutError } from "../../../facts/errors/index.ts";
import { nearest } from "../../../plan/ask/flags/index.ts";

/** What can be typed instead of a message, a row each. */
export const SLASH = [
  { name: "help", takes: "", brief: "this list" },
  { name: "again", takes: "", brief: "answer the last question again" },
  { name: "undo", takes: "", brief: "take back the last question and its answer" },
  { name: "system", takes: "[TEXT]", brief: "show or set what the model is told first; - for nothing" },
  { name: "image", takes: "FILE", brief: "show an image with the next message" },
  { name: "model", takes: "[NAME]", brief: "list the models here, or talk to another" },
  { name: "temperature", takes: "[T]", brief: "show or set it; - for the server's own" },
  { name: "new", takes: "", brief: "begin another chat; this one is kept" },
  { name: "chats", takes: "", brief: "chats that are kept" },
  { name: "open", takes: "ID", brief: "go on with one of them" },
  { name: "quit", takes: "", brief: "leave (also Ctrl-D)" },
] as const;

export type SlashName = (typeof SLASH)[number]["name"];

export interface SlashCommand {
  readonly name: SlashName;
  readonly argument: string;
}

/** Undefined: it is a message. A beginning that only one command has is enough. Throws `chat-command`. */
export function slashCommand(line: string): SlashCommand | undefined {
  const match = /^\/([a-z]*)(?:\s+([\s\S]*))?$/i.exec(line.trim());
  if (match === null) return undefined;
  const typed = match[1]!.toLowerCase();
  const found = SLASH.filter(({ name }) => name === typed || (typed !== "" && name.startsWith(typed)));
  const exact = found.find(({ name }) => name === typed) ?? (found.length === 1 ? found[0] : undefined);
  const names = SLASH.map(({ name }) => name);
  if (exact === undefined)
    throw new LoadoutError("chat-command", { got: `/${typed}`, nearest: `/${nearest(typed, names)}` });
  const argument = (match[2] ?? "").trim();
  if (argument === "" && exact.takes !== "" && !exact.takes.startsWith("["))
    throw new LoadoutError("chat-command-bare", { got: `/${exact.name}`, expected: exact.takes });
  return { name: exact.name, argument };
}
