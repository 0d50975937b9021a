import { LoadoutError } from "../../../facts/errors/index.ts";
import {
  modelsOf,
  type ChatSession,
  type ChatSessions,
  type ClientEndpoint,
  type EndpointModel,
} from "../../../run/client/index.ts";
import type { CliContext } from "../context.ts";
import { chatRows } from "../text/chat-text.ts";
import { columns } from "../text/layout.ts";
import { Conversation } from "./conversation.ts";
import { imageUrl } from "./image.ts";
import { MessageReader } from "./line.ts";
import { figuresOf, replyLine } from "./reply-line.ts";
import { say } from "./say.ts";
import { SLASH, slashCommand, type SlashCommand } from "./slash.ts";

/** What a chat in the terminal begins with. */
export interface TalkParts {
  readonly endpoint: ClientEndpoint;
  readonly model?: EndpointModel;
  readonly sessions: ChatSessions;
  readonly session?: ChatSession;
  readonly system?: string;
  readonly temperature?: number;
  readonly maxTokens?: number;
}

/** A chat in a terminal, until its person leaves. What was said is kept after every turn. */
export class Talk {
  readonly #context: CliContext;
  readonly #parts: TalkParts;
  readonly #reader: MessageReader;
  #conversation: Conversation;
  #model: EndpointModel | undefined;
  #temperature: number | undefined;
  #id: string | undefined;
  #startedAt = "";
  #images: { path: string; url: string }[] = [];
  /** counts the answers to one question: each is drawn with another seed */
  #again = 0;

  constructor(context: CliContext, parts: TalkParts) {
    this.#context = context;
    this.#parts = parts;
    this.#reader = new MessageReader(context);
    this.#conversation = new Conversation(parts.session);
    if (parts.system !== undefined) this.#conversation.system = parts.system;
    this.#model = parts.model;
    this.#temperature = parts.temperature;
    this.#id = parts.session?.id;
    this.#startedAt = parts.session?.startedAt ?? "";
  }

  /** The id of the chat that was last talked in; undefined: nothing was said. */
  async run(): Promise<string | undefined> {
    try {
      await this.#loop();
    } finally {
      this.#reader.close();
    }
    return this.#id;
  }

  async #loop(): Promise<void> {
    const you = `${this.#context.outStyle.strong("you")}    `;
    let leaving = false;
    for (;;) {
      const line = await this.#reader.message(you);
      if (line.kind === "end") break;
      if (line.kind === "interrupt") {
        if (leaving && !line.typed) break;
        leaving = !line.typed;
        if (leaving) this.#note("Ctrl-C once more leaves, /help says what else there is");
        continue;
      }
      leaving = false;
      if (line.text.trim() === "") continue;
      try {
        const command = slashCommand(line.text);
        if (command?.name === "quit") break;
        if (command === undefined) await this.#ask(line.text.trim());
        else await this.#do(command);
      } catch (error) {
        if (!(error instanceof LoadoutError) || this.#context.signal.aborted) throw error;
        this.#context.note(`${this.#context.noteStyle.bad("error:")} ${error.message}`);
        this.#context.note(`${this.#context.noteStyle.faint("hint: ")} ${error.hint}`);
      }
    }
    this.#context.out("");
  }

  async #ask(text: string): Promise<void> {
    this.#conversation.ask(text, this.#images.splice(0));
    this.#again = 0;
    await this.#answer();
  }

  async #answer(): Promise<void> {
    const { endpoint, maxTokens } = this.#parts;
    const stop = new AbortController();
    const quiet = this.#reader.whileReplying(() => stop.abort());
    try {
      const outcome = await say(
        this.#context,
        endpoint,
        {
          messages: this.#conversation.messages(),
          ...(this.#model === undefined ? {} : { model: this.#model.name }),
          ...(maxTokens === undefined ? {} : { maxTokens }),
          ...(this.#temperature === undefined ? {} : { temperature: this.#temperature }),
          ...(this.#again === 0 ? {} : { seed: this.#again }),
        },
        { signal: AbortSignal.any([stop.signal, this.#context.signal]), label: "model" },
      );
      const figures = figuresOf(outcome, this.#model?.contextTokens);
      this.#note(replyLine(figures, outcome.finishReason));
      this.#conversation.answer(outcome.text, outcome.thinking);
      await this.#keep();
    } finally {
      quiet();
    }
  }

  async #do({ name, argument }: SlashCommand): Promise<void> {
    switch (name) {
      case "help":
        this.#note(columns(SLASH.map((row) => [`/${row.name} ${row.takes}`.trimEnd(), row.brief])).join("\n"));
        this.#note('A line that ends with \\ goes on; """ begins and ends a text of many lines.');
        return;
      case "again":
        if (!this.#conversation.takeBackAnswer()) return this.#note("nothing was asked yet");
        this.#again++;
        return this.#answer();
      case "undo": {
        const question = this.#conversation.takeBackQuestion();
        if (question !== undefined) await this.#keep();
        return this.#note(question === undefined ? "nothing was asked yet" : `taken back: ${begins(question)}`);
      }
      case "system":
        if (argument !== "") this.#conversation.system = argument === "-" ? "" : argument;
        return this.#note(`system: ${this.#conversation.system || "nothing"}`);
      case "image":
        return this.#image(argument);
      case "model":
        return this.#models(argument);
      case "temperature":
        return this.#warm(argument);
      case "new":
        this.#begin(undefined);
        return this.#note("another chat");
      case "chats":
        return this.#note(chatRows(await this.#parts.sessions.list(20)).join("\n") || "none are kept yet");
      case "open":
        this.#begin(await this.#parts.sessions.open(argument));
        return this.#replay();
      case "quit":
        return;
    }
  }

  async #image(argument: string): Promise<void> {
    if (this.#model?.images === false) return this.#note(`${this.#model.name} does not see images`);
    this.#images.push(await imageUrl(argument));
    this.#note(`goes with the next message: ${this.#images.map(({ path }) => path).join(", ")}`);
  }

  async #models(argument: string): Promise<void> {
    const models = await modelsOf(this.#parts.endpoint, this.#context.signal);
    if (argument === "") {
      const mark = (name: string) => (name === this.#model?.name ? `${name}  (this one)` : name);
      return this.#note(models.map(({ name }) => mark(name)).join("\n"));
    }
    const found = models.find(({ name }) => name === argument);
    if (found === undefined)
      return this.#note(`no model ${argument} here; ${models.map(({ name }) => name).join(", ")}`);
    this.#model = found;
    this.#note(`model: ${found.name}`);
  }

  #warm(argument: string): void {
    if (argument === "-") this.#temperature = undefined;
    else if (argument !== "") {
      const value = Number(argument);
      if (!(value >= 0 && value <= 5)) return this.#note("a temperature lies between 0 and 5");
      this.#temperature = value;
    }
    this.#note(`temperature: ${this.#temperature ?? "the server's own"}`);
  }

  #begin(session: ChatSession | undefined): void {
    const { system } = this.#conversation;
    this.#conversation = new Conversation(session);
    if (session === undefined) this.#conversation.system = system;
    this.#id = session?.id;
    this.#startedAt = session?.startedAt ?? "";
    this.#images = [];
  }

  /** What was said last in an opened chat, so that its person knows where they are. */
  #replay(): void {
    for (const { role, text } of this.#conversation.turns.slice(-2))
      this.#note(`${role === "user" ? "you  " : "model"}  ${begins(text)}`);
  }

  async #keep(): Promise<void> {
    const now = new Date();
    if (this.#startedAt === "") this.#startedAt = now.toISOString();
    this.#id ??= await this.#parts.sessions.newId(now);
    await this.#parts.sessions.save({
      id: this.#id,
      startedAt: this.#startedAt,
      model: this.#model?.name ?? "",
      system: this.#conversation.system,
      turns: this.#conversation.turns,
    });
  }

  #note(text: string): void {
    this.#context.out(this.#context.outStyle.faint(text));
  }
}

function begins(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > 70 ? `${line.slice(0, 69)}…` : line;
}
