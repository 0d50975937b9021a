import { readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LoadoutError } from "../../facts/errors/index.ts";
import { codeOf, isFields, makeFolder, messageOf } from "../home/index.ts";

/** A chat that is kept: who spoke, with whom, and what was said. */
export interface ChatSession {
  readonly id: string;
  /** ISO 8601 */
  readonly startedAt: string;
  readonly model: string;
  readonly system: string;
  readonly turns: readonly ChatTurn[];
}

export interface ChatTurn {
  readonly role: "user" | "assistant";
  readonly text: string;
  readonly thinking?: string;
  /** paths of images shown with it; the images themselves are not kept */
  readonly images?: readonly string[];
}

/** Sessions in a folder, one file each, readable by this person only. Nothing of a chat is kept elsewhere. */
export class ChatSessions {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** A new session's id: its start to the second, and a number where that is taken. */
  async newId(now: Date): Promise<string> {
    const base = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
    const taken = new Set(await this.#ids());
    for (let number = 1; ; number++) {
      const id = number === 1 ? base : `${base}-${number}`;
      if (!taken.has(id)) return id;
    }
  }

  /** Writes a session whole, beside its file first, so that a kill leaves the old or the new. */
  async save(session: ChatSession): Promise<void> {
    await makeFolder(this.#folder);
    const path = this.#path(session.id);
    try {
      await writeFile(`${path}.part`, `${JSON.stringify(session)}\n`, { mode: 0o600 });
      await rename(`${path}.part`, path);
    } catch (error) {
      throw new LoadoutError("file-unwritable", { path, got: messageOf(error) }, { cause: error });
    }
  }

  /** A session by its id, or by a beginning that only one has. Throws `chat-unknown`, `chat-damaged`. */
  async open(typed: string): Promise<ChatSession> {
    const ids = await this.#ids();
    const found = ids.includes(typed) ? [typed] : ids.filter((id) => id.startsWith(typed));
    if (found.length !== 1)
      throw new LoadoutError("chat-unknown", { got: typed, known: ids.slice(0, 5).join(", ") || "none yet" });
    const path = this.#path(found[0]!);
    const session = sessionIn(await readFile(path, "utf8"));
    if (session === undefined) throw new LoadoutError("chat-damaged", { path });
    return session;
  }

  /** Newest first; a damaged file is left out. */
  async list(most: number): Promise<ChatSession[]> {
    const sessions = await Promise.all(
      (await this.#ids()).slice(0, most).map(async (id) => sessionIn(await readFile(this.#path(id), "utf8"))),
    );
    return sessions.filter((session) => session !== undefined);
  }

  async #ids(): Promise<string[]> {
    try {
      const names = await readdir(this.#folder);
      return names
        .filter((name) => name.endsWith(".json"))
        .map((name) => name.slice(0, -".json".length))
        .sort()
        .reverse();
    } catch (error) {
      if (codeOf(error) === "ENOENT") return [];
      throw error;
    }
  }

  #path(id: string): string {
    return join(this.#folder, `${id}.json`);
  }
}

function sessionIn(text: string): ChatSession | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isSession(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isSession(value: unknown): value is ChatSession {
  if (!isFields(value) || !Array.isArray(value.turns)) return false;
  const texts = [value.id, value.startedAt, value.model, value.system];
  const isTurn = (turn: unknown) => isFields(turn) && typeof turn.role === "string" && typeof turn.text === "string";
  return texts.every((text) => typeof text === "string") && value.turns.every(isTurn);
}
