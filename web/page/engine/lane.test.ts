import { expect, test } from "vitest";
import { createEngine } from "./engine.ts";
import { Lane, type Port, Superseded } from "./lane.ts";
import type { Reply, Request } from "./messages.ts";

/** A worker that answers when it is told to. */
class Slow implements Port {
  readonly sent: Request[] = [];
  #listener: (reply: Reply) => void = () => undefined;

  send(request: Request): void {
    this.sent.push(request);
  }

  receive(listener: (reply: Reply) => void): void {
    this.#listener = listener;
  }

  answer(): void {
    const { id } = this.sent.at(-1)!;
    this.#listener({ id, json: String(id) });
  }
}

test("while one is answered the newest of a place waits, and older ones are dropped", async () => {
  const worker = new Slow();
  const lane = new Lane(worker);
  const asked = [1, 2, 3, 4].map((step) => lane.ask("numbers", { context: String(step) }, "a"));
  const other = lane.ask("numbers", { context: "9" }, "b");
  const outcomes = Promise.allSettled(asked);
  expect(worker.sent).toHaveLength(1);
  worker.answer();
  expect(worker.sent.at(-1)).toMatchObject({ flags: { context: "4" } });
  worker.answer();
  worker.answer();
  const settled = await outcomes;
  expect(settled.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected", "fulfilled"]);
  for (const each of settled) if (each.status === "rejected") expect(each.reason).toBeInstanceOf(Superseded);
  await expect(other).resolves.toBeDefined();
});

test("a worker that starts later learns of the machine and of opened files first", async () => {
  const workers: Slow[] = [];
  const engine = createEngine(() => {
    const worker = new Slow();
    workers.push(worker);
    return worker;
  });
  engine.here(undefined);
  const file = new File([], "a.gguf");
  void engine.open(file);
  expect(workers).toHaveLength(2);
  const asked = engine.ask("frontier", { model: "a.gguf" });
  const [, , long] = workers;
  expect(long!.sent.map((request) => request.do)).toEqual(["here", "open"]);
  expect(long!.sent[1]).toMatchObject({ files: [file] });
  long!.answer();
  expect(long!.sent[2]).toMatchObject({ do: "ask", kind: "frontier" });
  long!.answer();
  await expect(asked).resolves.toBeDefined();
});
