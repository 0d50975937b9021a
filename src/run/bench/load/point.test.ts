import { afterAll, beforeAll, expect, test } from "vitest";
import { learnManners, loadTarget, measurePoint, type NullServer, startNullServer } from "./index.ts";

let server: NullServer;
beforeAll(async () => {
  server = await startNullServer();
});
afterAll(() => server.stop());

test("users: as many requests count as were asked for, also where answers are quicker than the starts are spread", async () => {
  const target = loadTarget(server.url);
  const manners = await learnManners(target, { extras: {} });
  const { point } = await measurePoint(
    {
      load: { kind: "users", users: 4, thinkMs: 0 },
      prompt: { kind: "fixed", tokens: 20 },
      output: { kind: "fixed", tokens: 2 },
      requests: 12,
      seed: 1,
    },
    { target, manners, keep: true, body: { null_ttft_ms: 1, null_gap_ms: 1 }, aloneMs: 200, sideProbe: false },
  );
  expect(point.summary.requests).toMatchObject({ ok: 12, failed: 0, unfinished: 0 });
  expect(point.requests.length).toBeGreaterThan(16);
});
