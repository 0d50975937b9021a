import { describe, expect, it } from "vitest";
import { LogRelay } from "./log-relay.ts";
import type { LogEntry } from "./protocol.ts";

function relay(): { sent: LogEntry[]; relay: LogRelay } {
  const sent: LogEntry[] = [];
  return { sent, relay: new LogRelay((lines) => sent.push(...lines)) };
}

describe("log relay", () => {
  it("sends what the grammar knows and what is loud, line by line", () => {
    const { sent, relay: log } = relay();
    log.take(
      "debug",
      "create_tensor: loading tensor a\n~llama_context: CPU compute buffer size is 1.0000 MiB, matches",
    );
    log.take("warn", "something odd\n\n");
    expect(sent.map(([level]) => level)).toEqual(["debug", "warn"]);
  });

  it("waits for the lines that are still to come", async () => {
    const { relay: log } = relay();
    log.expect();
    const seen = log.seen(["nodes", "splits"], 60_000);
    log.take("info", "sched_reserve: graph nodes  = 100");
    log.take("info", "sched_reserve: graph splits = 1");
    expect(await seen).toBe(true);
    expect(await log.seen(["nodes"], 60_000)).toBe(true);
  });

  it("goes on without them after a while", async () => {
    const { relay: log } = relay();
    log.take("info", "sched_reserve: graph nodes  = 100");
    log.expect();
    expect(await log.seen(["nodes"], 0)).toBe(false);
  });

  it("remembers each error once", async () => {
    const { relay: log } = relay();
    log.take("error", "cannot do it\nfor this reason");
    log.take("error", "cannot do it");
    expect(await log.lastErrors()).toBe("cannot do it; for this reason");
    log.expect();
    log.take("error", "another");
    expect(await log.lastErrors()).toBe("another");
  });
});
