import { buildCommand, numberParser } from "@stricli/core";
import { parseCount } from "../../../facts/units/index.ts";
import { json, yes } from "./shared.ts";

export const chat = buildCommand({
  loader: async () => (await import("../commands/chat.ts")).chat,
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [
        {
          parse: String,
          brief: "An OpenAI-compatible address, or a model to serve for this chat",
          placeholder: "ADDRESS|MODEL",
          optional: true,
        },
      ],
    },
    flags: {
      prompt: {
        kind: "parsed",
        parse: String,
        brief: "Ask this and leave; a prompt can also be piped in",
        optional: true,
      },
      system: { kind: "parsed", parse: String, brief: "What the model is told first", optional: true },
      model: { kind: "parsed", parse: String, brief: "One of the models there; without it the first", optional: true },
      resume: {
        kind: "parsed",
        parse: String,
        brief: "Go on with a chat that is kept",
        placeholder: "ID",
        optional: true,
      },
      sessions: { kind: "boolean", brief: "List the chats that are kept", optional: true, withNegated: false },
      temperature: { kind: "parsed", parse: numberParser, brief: "0 is always the likeliest word", optional: true },
      maxTokens: {
        kind: "parsed",
        parse: (text: string) => parseCount(text, "--max-tokens", 1, 1_000_000),
        brief: "Longest reply",
        optional: true,
      },
      key: { kind: "parsed", parse: String, brief: "Key of the server; better LOADOUT_API_KEY", optional: true },
      yes,
      json,
    },
  },
  docs: {
    brief: "Talk to a model in the terminal",
    fullDescription: [
      "A chat with any OpenAI-compatible server; without an address what Loadout serves",
      "here, or a model that is served for this chat alone. Lines that end with \\ go on,",
      "pasted text stays one message, Ctrl-C gives a reply up, /help lists the commands.",
      "After each reply: tokens, rate, time to the first token, what was cached, context",
      "used. Chats are kept on this machine only, and resumed with --resume.",
      "",
      "Examples:",
      "  loadout chat                                  what is served here, or the best here",
      "  loadout chat http://127.0.0.1:11434 --model qwen3:8b",
      '  git diff | loadout chat --system "Write a commit message."',
      '  loadout chat --prompt "Why is the sky blue?" --json',
    ].join("\n"),
  },
});
