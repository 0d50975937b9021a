import type { ServerResponse } from "node:http";
import { LoadoutError } from "../../facts/errors/index.ts";
import { EventHub } from "../gateway/events.ts";
import { type Tell, RunWatch, type WatchParts } from "./run-watch.ts";

/** Pages open at once; each costs a connection, and a browser opens six a server. */
const MOST_LISTENERS = 32;

/** `GET /api/events`. Runs are looked at only while somebody listens. */
export class LiveFeed {
  readonly #hub: EventHub;
  readonly #watch: RunWatch;
  #listeners = 0;

  constructor(parts: Omit<WatchParts, "tell">) {
    this.#hub = new EventHub(parts.clock);
    this.#watch = new RunWatch({ ...parts, tell: (name, data) => this.#hub.tell(name, data) });
  }

  get watching(): boolean {
    return this.#watch.watching;
  }

  async listen(response: ServerResponse): Promise<void> {
    if (this.#listeners >= MOST_LISTENERS) throw new LoadoutError("web-busy", { got: this.#listeners });
    this.#listeners += 1;
    response.on("close", () => {
      this.#listeners -= 1;
      if (this.#listeners === 0) this.#watch.stop();
    });
    // what is known is told before the listener hears of changes, so that none is told twice
    const first = !this.#watch.watching;
    if (first) await this.#watch.start();
    if (response.destroyed) return;
    this.#hub.listen(response);
    const tell: Tell = (name, data) => void response.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
    this.#watch.recall(tell);
  }

  close(): void {
    this.#watch.stop();
    this.#hub.close();
  }
}
