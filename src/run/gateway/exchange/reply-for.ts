import type { LaneName, LaneSettings } from "../../../predict/serving/index.ts";
import type { EngineRequest, Operation } from "../dialects/dialect.ts";
import type { Client } from "./client.ts";
import { Continuation, isContinuable } from "./continuation.ts";
import { EventReply } from "./event-reply.ts";
import { Relay } from "./relay.ts";
import type { Reply } from "./reply.ts";
import { openaiStream, translatedStream, wholeAnswer } from "./sinks.ts";
import { WholeReply } from "./whole-reply.ts";

export interface ReplyQuestion {
  readonly client: Client;
  readonly asked: EngineRequest;
  readonly operation: Operation;
  readonly lane: LaneName;
  readonly lanes: LaneSettings;
  /** the engine's own name of the model */
  readonly engineName: string;
}

/**
 * How an answer goes home. Bytes pass as they are wherever that will do. Events are read where they are said in another
 * dialect, and where batch work may be cut: then the engine is always asked for a stream, so that what it has said is known.
 */
export function replyFor({ client, asked, operation, lane, lanes, engineName }: ReplyQuestion): Reply {
  const { answers, stream } = asked;
  const body = { ...asked.body, model: engineName };
  const mayBeCut = lane === "batch" && lanes.preemption === "cut";
  if (mayBeCut && isContinuable(operation, body)) {
    const sink = stream ? (answers ? translatedStream(answers) : openaiStream()) : wholeAnswer(answers);
    return new EventReply({ client, body, sink, streaming: stream, continuation: new Continuation(operation, body) });
  }
  if (!answers) return new Relay(client, body);
  if (stream) return new EventReply({ client, body, sink: translatedStream(answers), streaming: true });
  return new WholeReply(client, body, answers);
}
