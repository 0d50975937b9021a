import type { ChatSession } from "../../../run/client/index.ts";
import { columns } from "./layout.ts";

/** Kept chats, a line each: id, model, turns, how it began. */
export function chatRows(sessions: readonly ChatSession[]): string[] {
  return columns(
    sessions.map(({ id, model, turns }) => [id, short(model, 24), `${turns.length}`, short(beginning(turns), 28)]),
    [2],
  );
}

export function beginning(turns: ChatSession["turns"]): string {
  return (turns[0]?.text ?? "").replaceAll(/\s+/g, " ").trim();
}

function short(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}
