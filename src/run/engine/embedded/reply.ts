import type { LlamaModel, Token } from "node-llama-cpp";
import type { ChatRequest, ReplyEvent } from "../engine.ts";
import type { Conductor } from "./steps/index.ts";
import { TextStream } from "./text-stream.ts";

/** One reply for whoever has the channel, timed token by token beside the engine. */
export async function reply(
  { model, conductor, stops, tokens, threads }: ReplyParts,
  request: Omit<ChatRequest, "signal">,
  signal: AbortSignal,
  emit: (event: ReplyEvent) => void,
): Promise<void> {
  const stream = new TextStream<Token>((part, before) => model.detokenize(part, false, before));
  const tokenMs: number[] = [];
  let text = "";
  let prefillProcessorMs = 0;
  const used = process.cpuUsage();
  const { end, drawn, ...figures } = await conductor.generate({
    lane: "interactive",
    tokens,
    maxTokens: request.maxTokens,
    sampling: {
      temperature: request.temperature ?? 0,
      ...(request.seed === undefined ? {} : { seed: request.seed }),
    },
    reusePrefix: request.reusePrefix ?? true,
    signal,
    onPrefill({ cachedTokens, ms }) {
      const { user, system } = process.cpuUsage(used);
      prefillProcessorMs = (user + system) / 1000;
      emit({ kind: "prefill", promptTokens: tokens.length, cachedTokens, ms });
    },
    onToken(token, ms) {
      if (model.isEogToken(token) || stops.has(token)) return false;
      const piece = stream.push(token);
      text += piece;
      tokenMs.push(ms);
      emit({ kind: "token", index: tokenMs.length - 1, text: piece, ms });
      return true;
    },
  });
  const tail = stream.end();
  const decodeMs = tokenMs.slice(1).reduce((total, ms) => total + ms, 0);
  emit({
    kind: "end",
    tail,
    reply: {
      ...figures,
      text: text + tail,
      finishReason: end === "handler" ? "stop" : end,
      promptTokens: tokens.length,
      completionTokens: drawn,
      prefillProcessorMs,
      decodeMs,
      tokenMs,
      threads: threads(),
    },
  });
}

export interface ReplyParts {
  readonly model: LlamaModel;
  readonly conductor: Conductor;
  /** tokens that end a reply although the file does not call them an end of generation */
  readonly stops: ReadonlySet<Token>;
  readonly tokens: readonly Token[];
  readonly threads: () => number;
}
