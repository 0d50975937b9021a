import type { IncomingHttpHeaders } from "node:http";
import type { LoadoutError } from "../../../facts/errors/index.ts";
import type { Usage } from "./usage.ts";

/** What is made of an engine's answer on its way to the client. One a request; it may see several attempts. */
export interface Reply {
  /** the body for the next attempt, JSON */
  ask(): string;
  /** could the engine be left now and asked again later, with an answer as good */
  readonly resumable: boolean;
  head(status: number, headers: IncomingHttpHeaders): void;
  /** False: the client takes no more for now. */
  data(chunk: Buffer): boolean;
  /** The engine's answer is whole. Answers with a failure where it was none after all. */
  end(): LoadoutError | undefined;
  /** The engine was left in the middle; `ask` follows. Only when `resumable`. */
  interrupted(): void;
  readonly usage: Usage | undefined;
  /** the engine answered with a status of failure */
  readonly refused: boolean;
}
