import type { LaneName } from "../../../predict/serving/index.ts";

/** One piece of work after another, chats before batch: for contexts that hold one sequence. */
export class Turns {
  readonly #waiting: { readonly lane: LaneName; readonly go: () => void }[] = [];
  #taken = false;

  async take<Value>(lane: LaneName, work: () => Promise<Value>): Promise<Value> {
    if (this.#taken) {
      await new Promise<void>((go) => {
        this.#waiting.push({ lane, go });
      });
    }
    this.#taken = true;
    try {
      return await work();
    } finally {
      const chat = this.#waiting.findIndex((one) => one.lane === "interactive");
      const [next] = this.#waiting.splice(Math.max(0, chat), 1);
      if (next) next.go();
      else this.#taken = false;
    }
  }
}
