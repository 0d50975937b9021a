import type { ServerResponse } from "node:http";
import type { Clock } from "./clock.ts";

/** A listener that lies so far behind is let go: events are for watching, not for keeping. */
const MOST_BEHIND_BYTES = 256 * 1024;
const HEARTBEAT_MS = 15_000;

/** Live events over SSE, for pages and programs that watch. Costs nothing while nobody listens. */
export class EventHub {
  readonly #listeners = new Set<ServerResponse>();
  readonly #clock: Clock;
  #endBeat: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get watched(): boolean {
    return this.#listeners.size > 0;
  }

  listen(response: ServerResponse): void {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
    response.write(": listening\n\n");
    this.#listeners.add(response);
    response.on("close", () => this.#listeners.delete(response));
    if (!this.#endBeat) this.#beat();
  }

  tell(event: string, data: unknown): void {
    if (this.#listeners.size > 0) this.#send(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  close(): void {
    this.#endBeat?.();
    for (const listener of this.#listeners) listener.end();
    this.#listeners.clear();
  }

  #send(text: string): void {
    for (const listener of this.#listeners) {
      if (listener.writableLength > MOST_BEHIND_BYTES) listener.destroy();
      else listener.write(text);
    }
  }

  #beat(): void {
    this.#endBeat = this.#clock.after(HEARTBEAT_MS, () => {
      this.#endBeat = undefined;
      this.#send(": still here\n\n");
      if (this.#listeners.size > 0) this.#beat();
    });
  }
}
