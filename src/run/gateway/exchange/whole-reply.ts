import type { IncomingHttpHeaders } from "node:http";
import { LoadoutError } from "../../../facts/errors/index.ts";
import type { AnswerTranslator } from "../dialects/dialect.ts";
import { isFields } from "../dialects/fields.ts";
import type { Client } from "./client.ts";
import { engineFailure } from "./engine-failure.ts";
import type { Reply } from "./reply.ts";
import { type Usage, usageIn } from "./usage.ts";

/** No whole answer is larger: embeddings of a long list are some MB. */
const MOST_BYTES = 256 * 1024 * 1024;

/** An answer in one piece that is said in another dialect. */
export class WholeReply implements Reply {
  readonly #client: Client;
  readonly #body: Readonly<Record<string, unknown>>;
  readonly #answers: AnswerTranslator;
  #status = 200;
  #parts: Buffer[] = [];
  #bytes = 0;
  usage: Usage | undefined;

  constructor(client: Client, body: Readonly<Record<string, unknown>>, answers: AnswerTranslator) {
    this.#client = client;
    this.#body = body;
    this.#answers = answers;
  }

  ask(): string {
    return JSON.stringify(this.#body);
  }

  get resumable(): boolean {
    return !this.#client.begun;
  }

  get refused(): boolean {
    return this.#status >= 400;
  }

  head(status: number, _headers: IncomingHttpHeaders): void {
    this.#status = status;
  }

  data(chunk: Buffer): boolean {
    this.#bytes += chunk.length;
    if (this.#bytes <= MOST_BYTES) this.#parts.push(chunk);
    return true;
  }

  end(): LoadoutError | undefined {
    const text = Buffer.concat(this.#parts).toString("utf8");
    this.#parts = [];
    if (this.#status !== 200) return engineFailure(this.#status, text);
    let answer: unknown;
    try {
      answer = JSON.parse(text);
    } catch {
      // said below
    }
    if (!isFields(answer)) return new LoadoutError("upstream-failed", { got: "its answer is no JSON object" });
    this.usage = usageIn(text.slice(-4096));
    const body = JSON.stringify(this.#answers.whole(answer));
    const headers = {
      "content-type": this.#answers.contentType.whole,
      "content-length": String(Buffer.byteLength(body)),
    };
    this.#client.head(200, headers, false);
    this.#client.end(body);
    return undefined;
  }

  interrupted(): void {
    this.#parts = [];
    this.#bytes = 0;
  }
}
