import { join } from "node:path";
import { text as textOf } from "node:stream/consumers";
import { EXIT, LoadoutError } from "../../../facts/errors/index.ts";
import { ANSWER_VERSION, type ChatAnswer, type ChatsAnswer } from "../../../plan/answer/index.ts";
import { shellWord } from "../../../plan/command/index.ts";
import {
  chat as ask,
  ChatSessions,
  modelsOf,
  type ClientChat,
  type ClientEndpoint,
  type ClientOutcome,
  type EndpointModel,
} from "../../../run/client/index.ts";
import { reachable, type ReachFlags } from "../chat/reach.ts";
import { figuresOf, replyLine } from "../chat/reply-line.ts";
import { say } from "../chat/say.ts";
import { Talk } from "../chat/talk.ts";
import { guarded, type CliContext } from "../context.ts";
import { homeOf } from "../machine.ts";
import { beginning, chatRows } from "../text/chat-text.ts";

export interface ChatFlags extends ReachFlags {
  readonly prompt?: string;
  readonly system?: string;
  readonly model?: string;
  readonly resume?: string;
  readonly sessions?: boolean;
  readonly temperature?: number;
  readonly maxTokens?: number;
  readonly key?: string;
  readonly json?: boolean;
}

/** `loadout chat [ADDRESS]` */
export const chat = guarded(async function (this: CliContext, flags: ChatFlags, typed?: string) {
  const { folders } = await homeOf(this);
  const folder = join(folders.data, "chats");
  const sessions = new ChatSessions(folder);
  if (flags.sessions) return list(this, sessions, folder, flags);
  const key = flags.key ?? this.process.env["LOADOUT_API_KEY"];
  const prompt = await promptOf(this, flags);
  const session = flags.resume === undefined ? undefined : await sessions.open(flags.resume);
  const there = await reachable(this, typed, flags, key);
  try {
    const models = await modelsOf(there.endpoint, this.signal);
    const model = modelNamed(models, flags.model ?? there.model);
    const { endpoint } = there;
    if (prompt !== undefined) return await once(this, { endpoint, model, prompt, flags });
    this.out(this.outStyle.faint(`${model?.name ?? "a model"} at ${endpoint.base}; /help, Ctrl-D leaves`));
    const talk = new Talk(this, {
      endpoint,
      sessions,
      ...(model === undefined ? {} : { model }),
      ...(session === undefined ? {} : { session }),
      ...asked(flags),
      ...(flags.system === undefined ? {} : { system: flags.system }),
    });
    const id = await talk.run();
    const again = typed === undefined ? "loadout chat" : `loadout chat ${shellWord(typed)}`;
    if (id !== undefined) this.note(this.noteStyle.faint(`kept: ${again} --resume ${id}`));
    return EXIT.ok;
  } finally {
    await there.close();
  }
});

/** What was typed as `--prompt`, and what was piped in. Undefined: a person sits here. */
async function promptOf(context: CliContext, { prompt, json }: ChatFlags): Promise<string | undefined> {
  const { stdin } = context.process;
  if (prompt !== undefined || stdin.isTTY) {
    if (prompt === undefined && json)
      throw new LoadoutError("bad-command-line", { got: "--json needs --prompt, or a prompt piped in" });
    return prompt;
  }
  const piped = (await textOf(stdin)).trim();
  if (piped === "")
    throw new LoadoutError("bad-command-line", { got: "nothing was piped in, and there is no --prompt" });
  return piped;
}

async function once(
  context: CliContext,
  parts: {
    readonly endpoint: ClientEndpoint;
    readonly model: EndpointModel | undefined;
    readonly prompt: string;
    readonly flags: ChatFlags;
  },
): Promise<number> {
  const { endpoint, model, prompt, flags } = parts;
  const { system } = flags;
  const request: ClientChat = {
    messages: [
      ...(system === undefined ? [] : [{ role: "system", content: system }]),
      { role: "user", content: prompt },
    ],
    ...(model === undefined ? {} : { model: model.name }),
    ...asked(flags),
  };
  const outcome = flags.json
    ? await silently(context, endpoint, request)
    : await say(context, endpoint, request, { signal: context.signal, label: "model" });
  const measured = figuresOf(outcome, model?.contextTokens);
  if (!flags.json) {
    context.note(context.noteStyle.faint(replyLine(measured, outcome.finishReason)));
    return EXIT.ok;
  }
  const answer: ChatAnswer = {
    schema: ANSWER_VERSION,
    kind: "chat",
    endpoint: endpoint.base,
    ...(model === undefined ? {} : { model: model.name }),
    prompt,
    text: outcome.text,
    ...(outcome.thinking === "" ? {} : { thinking: outcome.thinking }),
    finishReason: outcome.finishReason,
    measured,
    next: [`loadout chat ${shellWord(endpoint.base)}`],
  };
  context.out(JSON.stringify(answer, null, 2));
  return EXIT.ok;
}

async function silently(context: CliContext, endpoint: ClientEndpoint, request: ClientChat): Promise<ClientOutcome> {
  for await (const event of ask(endpoint, request, { signal: context.signal }))
    if (event.kind === "end") return event.outcome;
  throw new LoadoutError("interrupted");
}

async function list(context: CliContext, sessions: ChatSessions, folder: string, { json }: ChatFlags): Promise<number> {
  const kept = await sessions.list(50);
  if (!json) {
    context.out(chatRows(kept).join("\n") || "no chats are kept yet");
    context.out(`\nnext\n  loadout chat --resume ${kept[0]?.id ?? "ID"}`);
    return EXIT.ok;
  }
  const answer: ChatsAnswer = {
    schema: ANSWER_VERSION,
    kind: "chats",
    chats: kept.map(({ id, startedAt, model, turns }) => ({
      id,
      startedAt,
      model,
      turns: turns.length,
      begins: beginning(turns),
    })),
    folder,
    next: kept.slice(0, 1).map(({ id }) => `loadout chat --resume ${id}`),
  };
  context.out(JSON.stringify(answer, null, 2));
  return EXIT.ok;
}

function modelNamed(models: readonly EndpointModel[], name: string | undefined): EndpointModel | undefined {
  if (name === undefined) return models[0];
  return models.find((model) => model.name === name) ?? { name };
}

/** What of the question samples, as far as it was given. */
function asked({ temperature, maxTokens }: ChatFlags): Pick<ClientChat, "temperature" | "maxTokens"> {
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(maxTokens === undefined ? {} : { maxTokens }),
  };
}
