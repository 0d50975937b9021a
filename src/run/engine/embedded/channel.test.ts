import { describe, expect, it } from "vitest";
import { Channel } from "./channel.ts";

describe("channel", () => {
  it("keeps what was pushed before anybody reads", async () => {
    const channel = new Channel<number>();
    channel.push(1);
    channel.push(2);
    channel.end();
    expect(await all(channel)).toEqual([1, 2]);
  });

  it("wakes a reader that waits", async () => {
    const channel = new Channel<number>();
    const read = all(channel);
    await Promise.resolve();
    channel.push(1);
    await Promise.resolve();
    channel.push(2);
    channel.end();
    expect(await read).toEqual([1, 2]);
  });

  it("fails after what came before, and only once", async () => {
    const channel = new Channel<number>();
    channel.push(1);
    channel.fail(new Error("broken"));
    channel.end();
    const seen: number[] = [];
    const read = async () => {
      for await (const value of channel) seen.push(value);
    };
    await expect(read()).rejects.toThrow("broken");
    expect(seen).toEqual([1]);
  });
});

async function all<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const list: Value[] = [];
  for await (const value of values) list.push(value);
  return list;
}
