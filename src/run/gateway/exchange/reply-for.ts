import type { LaneName, LaneSettings } from "../../../predict/serving/index.ts";
import type { EngineRequest, Operation } from "../dialects/dialect.ts";
import type { Client } from "./client.ts";
import { Relay } from "./relay.ts";
import type { Reply } from "./reply.ts";

export interface ReplyQuestion {
  readonly client: Client;
  readonly asked: EngineRequest;
  readonly operation: Operation;
  readonly lane: LaneName;
  readonly lanes: LaneSettings;
  /** the engine's own name of the model */
  readonly engineName: string;
}

/** How an answer goes home: bytes as they are wherever that will do. */
export function replyFor({ client, asked, engineName }: ReplyQuestion): Reply {
  return new Relay(client, { ...asked.body, model: engineName });
}
