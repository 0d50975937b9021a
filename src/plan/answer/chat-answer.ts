import type { ANSWER_VERSION } from "./fit-numbers.ts";

/** `loadout chat ADDRESS --prompt TEXT --json`: one reply, as it was measured by the client. */
export interface ChatAnswer {
  readonly schema: typeof ANSWER_VERSION;
  readonly kind: "chat";
  /** address up to its `/v1` */
  readonly endpoint: string;
  /** absent: the server chose */
  readonly model?: string;
  readonly prompt: string;
  readonly text: string;
  readonly thinking?: string;
  /** "stop", "length", "cancelled", ... */
  readonly finishReason: string;
  readonly measured: {
    readonly tokens: number;
    /** false: events of the stream were counted, the server did not say how many tokens they held */
    readonly counted: boolean;
    readonly tokensPerSec?: number;
    readonly ttftMs?: number;
    readonly promptTokens?: number;
    readonly cachedTokens?: number;
    readonly contextTokens?: number;
  };
  readonly next: readonly string[];
}

/** `loadout chat --sessions --json` */
export interface ChatsAnswer {
  readonly schema: typeof ANSWER_VERSION;
  readonly kind: "chats";
  readonly chats: readonly {
    readonly id: string;
    readonly startedAt: string;
    readonly model: string;
    readonly turns: number;
    readonly begins: string;
  }[];
  readonly folder: string;
  readonly next: readonly string[];
}
