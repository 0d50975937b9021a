import type { Flags } from "../../../src/plan/ask/flags/index.ts";
import type { Kind } from "../../../src/plan/ask/kinds/index.ts";
import type { Reply, Request } from "./messages.ts";

/** A question that a newer one of the same place replaced before it was answered: nothing to show. */
export class Superseded extends Error {
  override readonly name = "Superseded";
}

/** What a worker is to a lane. */
export interface Port {
  send(message: Request): void;
  /** once, before anything is sent */
  receive(listener: (reply: Reply) => void): void;
}

interface Waiting {
  readonly request: Request;
  readonly place?: string;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Questions for one worker, one at a time: while it answers, the newest question of each place waits and older ones are
 * dropped, so that a dragged slider is answered for where it is, not for where it was.
 */
export class Lane {
  readonly #port: Port;
  #busy: Waiting | undefined;
  #queue: Waiting[] = [];
  #ids = 0;

  constructor(port: Port) {
    this.#port = port;
    port.receive((reply) => this.#answered(reply));
  }

  ask(kind: Kind, flags: Flags, place: string): Promise<Reply> {
    for (const old of this.#queue.filter((waiting) => waiting.place === place)) old.reject(new Superseded());
    this.#queue = this.#queue.filter((waiting) => waiting.place !== place);
    return this.#send({ id: this.#next(), do: "ask", kind, flags }, place);
  }

  open(files: readonly File[]): Promise<Reply> {
    return this.#send({ id: this.#next(), do: "open", files });
  }

  /** Asks for no reply: messages come in their order. */
  tell(rig: Extract<Request, { do: "here" }>["rig"]): void {
    this.#port.send({ id: this.#next(), do: "here", rig });
  }

  #next(): number {
    this.#ids += 1;
    return this.#ids;
  }

  #send(request: Request, place?: string): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ request, ...(place === undefined ? {} : { place }), resolve, reject });
      this.#go();
    });
  }

  #go(): void {
    if (this.#busy) return;
    this.#busy = this.#queue.shift();
    if (this.#busy) this.#port.send(this.#busy.request);
  }

  #answered(reply: Reply): void {
    const asked = this.#busy;
    if (asked?.request.id !== reply.id) return;
    this.#busy = undefined;
    const newer = asked.place !== undefined && this.#queue.some(({ place }) => place === asked.place);
    if (newer) asked.reject(new Superseded());
    else asked.resolve(reply);
    this.#go();
  }
}
