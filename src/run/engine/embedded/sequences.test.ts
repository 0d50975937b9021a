import { describe, expect, it } from "vitest";
import { Sequences } from "./sequences.ts";
import { FakeEngine, numbered } from "./testing/fake-sequences.ts";

async function holding(...lengths: readonly number[]) {
  const { sequences } = new FakeEngine(lengths.length);
  for (const [index, length] of lengths.entries())
    if (length > 0) await sequences[index]!.evaluateWithoutGeneratingNewTokens(numbered(index + 1, length));
  const given = new Sequences(sequences);
  return { all: sequences, sequences: given };
}

describe("sequences", () => {
  it("give a conversation the one that holds it", async () => {
    const { all, sequences } = await holding(5, 9, 0);
    expect(await sequences.take(numbered(2, 12))).toBe(all[1]);
    expect(await sequences.take(numbered(1, 6))).toBe(all[0]);
  });

  it("give something new the one with the least to lose", async () => {
    const { all, sequences } = await holding(5, 9, 0);
    expect(await sequences.take(numbered(7, 4))).toBe(all[2]);
    expect(await sequences.take(numbered(8, 4))).toBe(all[0]);
  });

  it("keep what a chat may come back to from batch", async () => {
    const { all, sequences } = await holding(8, 16);
    const [chat, batch] = [await sequences.take(numbered(1, 9)), await sequences.take(numbered(2, 17), "batch")];
    sequences.give(chat!, "interactive");
    sequences.give(batch!, "batch");
    expect(await sequences.take(numbered(5, 4), "batch")).toBe(all[1]);
    expect(await sequences.take(numbered(1, 9))).toBe(all[0]);
  });

  it("keep a long conversation where a new one begins like it only for a little", async () => {
    const { all, sequences } = await holding(50, 0);
    const begins = [...numbered(1, 2), ...numbered(9, 10)];
    expect(await sequences.take(begins)).toBe(all[1]);
  });

  it("serve chats before batch, each lane in its order, and forget who leaves", async () => {
    const { sequences } = await holding(0);
    const only = (await sequences.take([]))!;
    const served: string[] = [];
    const leave = new AbortController();
    const waits = (name: string, lane: "interactive" | "batch", signal?: AbortSignal) =>
      sequences.take([], lane, signal).then((sequence) => {
        served.push(sequence ? name : `${name} left`);
        if (sequence) sequences.give(sequence);
      });
    const all = [
      waits("batch 1", "batch"),
      waits("chat 1", "interactive"),
      waits("chat 2", "interactive", leave.signal),
      waits("chat 3", "interactive"),
    ];
    leave.abort();
    expect(sequences.waiting).toBe(3);
    expect(sequences.starved).toBe(true);
    sequences.give(only);
    await Promise.all(all);
    expect(served).toEqual(["chat 2 left", "chat 1", "chat 3", "batch 1"]);
  });
});
