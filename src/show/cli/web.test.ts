// `loadout web` in a process of its own, beside the command line and beside a run of `loadout serve` with the real engine.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { randomModel } from "../../facts/model/index.ts";
import { seededRandom } from "../../facts/units/index.ts";
import { ask } from "../../run/gateway/testing/ask.ts";
import { answerForm, runLoadout, widest } from "./testing/command-line.ts";
import { RunningLoadout } from "./testing/serve-process.ts";
import { TINY_GEOMETRY } from "./testing/tiny-model.ts";
import { wordsOf } from "./web/words.ts";

let folder: string;
let model: string;
let valid: (value: unknown) => unknown;
const running = new Set<RunningLoadout>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "loadout-web-"));
  model = join(folder, "Tiny-Random.F32.gguf");
  await writeFile(model, randomModel(TINY_GEOMETRY, seededRandom(7), "F32"));
  valid = await answerForm();
});
afterEach(async () => {
  await Promise.all([...running].map((each) => each.stop("SIGKILL")));
  running.clear();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function open(...args: string[]) {
  const run = new RunningLoadout(folder, [...args, "--port", "0", "--json"]);
  running.add(run);
  const answer = await run.document();
  const port = Number(new URL(String(answer["url"])).port);
  const get = async (path: string) => {
    const { status, text } = await ask(port, { path });
    return { status, text, value: JSON.parse(text) };
  };
  return { run, answer, port, get };
}

describe("loadout web", () => {
  it("answers as the command line does, to the byte, and ends when it is told", { timeout: 60_000 }, async () => {
    const { run, answer, port, get } = await open("web");
    expect(valid(answer)).toBe("valid");
    const page = await ask(port, { path: "/" });
    expect([page.status, page.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);

    const rig = (await get("/api/rig")).value;
    expect(valid(rig)).toBe("valid");
    const probed = JSON.parse((await runLoadout(folder, ["probe", "--json"])).stdout);
    const { host, ...rest } = rig.rig;
    expect(rest).toEqual({ ...probed.rig, host: undefined });
    expect(host.cpu).toEqual(probed.rig.host.cpu);

    // what is free of this machine changes from second to second: a rig written by hand does not
    const asked: [path: string, args: string[]][] = [
      [
        "fit?model=qwen3-8b&gpu=rtx-3090&context=32k&users=4&kv-type=q8_0",
        ["fit", "qwen3-8b", "--gpu", "rtx-3090", "--context", "32k", "--users", "4", "--kv-type", "q8_0"],
      ],
      ["fit?model=qwen3-8b&vram=24GB&table=", ["fit", "qwen3-8b", "--vram", "24GB", "--table"]],
      [
        `fit?model=${encodeURIComponent(model)}&gpu=rtx-3090&gpu=rtx-4060&ram=64GB`,
        ["fit", model, "--gpu", "rtx-3090", "--gpu", "rtx-4060", "--ram", "64GB"],
      ],
      ["explain?model=qwen3-8b&gpu=2x%20rtx-3090", ["explain", "qwen3-8b", "--gpu", "2x rtx-3090"]],
      ["quants?model=qwen3-8b&gpu=rtx-3090", ["quants", "qwen3-8b", "--gpu", "rtx-3090"]],
      ["cards?model=qwen3-8b&vendor=apple", ["gpus", "--for", "qwen3-8b", "--vendor", "apple"]],
      ["offload?model=qwen3-30b-a3b&gpu=rtx-3090", ["offload", "qwen3-30b-a3b", "--gpu", "rtx-3090"]],
      ["models?model=qwen3-8b", ["models", "qwen3-8b"]],
    ];
    for (const [path, args] of asked) {
      const told = await get(`/api/ask/${path}`);
      expect(`${told.text}\n`, path).toBe((await runLoadout(folder, [...args, "--json"])).stdout);
      expect(told.status).toBe(200);
      expect(valid(told.value), path).toBe("valid");
    }
    const refused: [path: string, args: string[] | undefined, status: number, code: string][] = [
      ["fit?model=qwen3-8b&gpu=nonsense", ["fit", "qwen3-8b", "--gpu", "nonsense"], 400, "device-not-found"],
      ["fit?model=qwen3-8b&nonsense=1", ["fit", "qwen3-8b", "--nonsense=1"], 400, "bad-command-line"],
      ["fit?model=--yes", ["fit", "--json", "--", "--yes"], 400, "model-unknown"],
      ["fit?model=qwen3-8b&yes=", undefined, 400, "web-flag-refused"],
      ["fit?spec=-", undefined, 400, "web-flag-refused"],
      ["fit?-g=x", undefined, 400, "web-flag-broken"],
      ["serve?model=qwen3-8b", undefined, 404, "web-no-route"],
    ];
    for (const [path, args, status, code] of refused) {
      const told = await get(`/api/ask/${path}`);
      expect([told.status, told.value.error.code], path).toEqual([status, code]);
      const whole = args?.includes("--json") ? args : [...(args ?? []), "--json"];
      if (args) expect(told.value).toEqual(JSON.parse((await runLoadout(folder, whole)).stdout));
    }
    expect((await run.stop("SIGINT")).code).toBe(130);
  });

  it("shows a run of `loadout serve`, predicted beside actual, and talks with it", { timeout: 90_000 }, async () => {
    const [served, web] = await Promise.all([
      open("serve", model, "--threads", "1", "--engine", "embedded", "--context", "512", "--users", "2"),
      open("web"),
    ]);
    const heard: { name: string; data: Record<string, unknown> }[] = [];
    let held = "";
    const events = request({ agent: false, host: "127.0.0.1", port: web.port, path: "/api/events" }, (answer) => {
      answer.setEncoding("utf8");
      answer.on("error", () => undefined);
      answer.on("data", (text: string) => {
        const blocks = (held + text).split("\n\n");
        held = blocks.pop()!;
        for (const block of blocks) {
          const [, name, data] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? [];
          if (name !== undefined) heard.push({ name, data: JSON.parse(data!) });
        }
      });
    });
    events.on("error", () => undefined);
    events.end();
    const last = (name: string) => heard.findLast((event) => event.name === name)?.data;
    await vi.waitFor(() => expect(last("run")).toBeDefined(), 10_000);
    expect(last("run")).toMatchObject({ pid: served.run.pid, state: "open", models: ["Tiny-Random"] });
    const [shown] = JSON.parse(JSON.stringify(last("run")!["served"]));
    expect(shown.memory.flatMap(({ exact }: { exact?: boolean }) => exact ?? [])).not.toContain(false);
    const paces: { streams: number; tokensPerSec: number; low: number; high: number }[] = shown.plan.engines[0].paces;
    for (const { tokensPerSec, low, high } of paces) expect(low < tokensPerSec && tokensPerSec < high).toBe(true);

    const chat = await ask(web.port, {
      path: `/api/runs/${served.run.pid}/chat`,
      body: { model: "Tiny-Random", messages: [{ role: "user", content: "hello" }], max_tokens: 8, stream: true },
    });
    expect(chat.headers["content-type"]).toBe("text/event-stream");
    expect(chat.text).toMatch(/data: \[DONE\]\n\n$/);
    await vi.waitFor(
      () => expect(last("lanes")).toMatchObject({ lanes: { interactive: { answered: 1, completionTokens: 8 } } }),
      10_000,
    );
    const rates = heard.flatMap(({ name, data }) =>
      name === "lanes" ? JSON.parse(JSON.stringify(data)).lanes.interactive.tokensPerSec : [],
    );
    expect(Math.max(...rates)).toBeGreaterThan(0);

    // what its engine took is a receipt already
    const receipts = await web.get("/api/receipts");
    expect(`${receipts.text}\n`).toBe((await runLoadout(folder, ["receipts", "--json"])).stdout);
    expect(receipts.value.receipts).toHaveLength(1);

    await served.run.stop("SIGINT");
    await vi.waitFor(() => expect(last("gone")).toEqual({ pid: served.run.pid }), 10_000);
    expect((await web.run.stop("SIGINT")).code).toBe(130);
    await new Promise((resolve) => (events.destroyed ? resolve(undefined) : events.on("close", resolve)));
  });

  it("says what it is within 80 columns", async () => {
    const { stdout } = await runLoadout(folder, ["web", "--help"]);
    expect(stdout).toContain("loadout web --port 9000");
    expect(widest(stdout)).toBeLessThanOrEqual(80);
  });
});

describe("words of a query", () => {
  it("are a command line, whatever values hold", () => {
    const query = new URLSearchParams("model=a b&gpu=--yes&table=&users=4&json=");
    expect(wordsOf("fit", query)).toEqual(["fit", "--gpu=--yes", "--table", "--users=4", "--json", "--", "a b"]);
    expect(wordsOf("cards", new URLSearchParams("model=-x"))).toEqual(["gpus", "--for=-x", "--json"]);
  });
});
