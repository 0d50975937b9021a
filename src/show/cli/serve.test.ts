// The real command in a process of its own, with the real engine inside and a small model of random weights written here.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { randomModel } from "../../facts/model/index.ts";
import { seededRandom } from "../../facts/units/index.ts";
import { scriptedServer, type ScriptedServer } from "../../run/engine/testing/scripted-server.ts";
import { ask, type Answered, type Asking } from "../../run/gateway/testing/ask.ts";
import { answerForm, runLoadout, widest, type Ended } from "./testing/command-line.ts";
import { descendants, lives, RunningLoadout } from "./testing/serve-process.ts";
import { TINY_GEOMETRY } from "./testing/tiny-model.ts";

let folder: string;
let model: string;
let valid: (value: unknown) => unknown;
const running = new Set<RunningLoadout>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "loadout-serve-"));
  model = join(folder, "Tiny-Random.F32.gguf");
  await writeFile(model, randomModel(TINY_GEOMETRY, seededRandom(7), "F32"));
  valid = await answerForm();
});
afterEach(async () => {
  await Promise.all([...running].map((each) => each.stop("SIGKILL")));
  running.clear();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const loadout = (...args: string[]): Promise<Ended> => runLoadout(folder, args);
const INSIDE = ["--threads", "1", "--engine", "embedded"] as const;
const SMALL = [...INSIDE, "--context", "512"] as const;

interface Served {
  readonly run: RunningLoadout;
  readonly answer: Record<string, unknown>;
  readonly url: string;
  readonly port: number;
  readonly ask: (asking: Asking) => Promise<Answered>;
}

async function serve(...args: string[]): Promise<Served> {
  const run = new RunningLoadout(folder, ["serve", ...args, "--port", "0", "--json"]);
  running.add(run);
  const answer = await run.document();
  const url = String(answer["url"]);
  const port = Number(new URL(url).port);
  return { run, answer, url, port, ask: (asking) => ask(port, asking) };
}

const jsonOf = ({ text }: Answered) => JSON.parse(text);

const HELLO = { messages: [{ role: "user", content: "hello" }], max_tokens: 8 };

describe("loadout serve", () => {
  it("serves a file in every dialect, and stops when it is told", { timeout: 60_000 }, async () => {
    const { run, answer, url, ask: to } = await serve(model, ...SMALL, "--users", "2");
    expect(valid(answer)).toBe("valid");
    expect(answer).toMatchObject({ kind: "serve", models: [{ name: "Tiny-Random", state: "loaded" }] });

    expect(jsonOf(await to({ path: "/health" }))).toEqual({ status: "ok" });
    expect(jsonOf(await to({ path: "/v1/models" })).data).toEqual([
      {
        id: "Tiny-Random",
        object: "model",
        created: 0,
        owned_by: "loadout",
        state: "loaded",
        context_length: 512,
        architecture: { input_modalities: ["text"] },
      },
    ]);

    const whole = await to({ body: { ...HELLO, model: "Tiny-Random" } });
    expect(whole.status, whole.text).toBe(200);
    expect(whole.headers["server-timing"]).toMatch(/^queue;dur=.*dispatch;dur=.*upstream_ttft;dur=/);
    expect(jsonOf(whole).usage.completion_tokens).toBe(8);
    // what is typed for the file finds it too, in small letters, with its quantization, as a path
    for (const name of ["tiny-random", "Tiny-Random.F32", "tiny-random-llama", model])
      expect((await to({ body: { ...HELLO, model: name } })).status, name).toBe(200);
    expect((await to({ body: { ...HELLO, model: "another" } })).status).toBe(404);

    const streamed = await to({ body: { ...HELLO, stream: true } });
    expect(streamed.headers["content-type"]).toContain("text/event-stream");
    expect(streamed.text).toMatch(/data: \[DONE\]\n\n$/);
    const batch = await to({ path: "/batch/v1/chat/completions", body: HELLO });
    expect(batch.status).toBe(200);

    const message = jsonOf(await to({ path: "/v1/messages", body: { ...HELLO, model: "Tiny-Random" } }));
    expect(message).toMatchObject({ type: "message", role: "assistant", usage: { output_tokens: 8 } });
    const ollama = await to({
      path: "/api/chat",
      body: { ...HELLO, model: "Tiny-Random", options: { num_predict: 4 } },
    });
    expect(
      ollama.text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line))
        .at(-1),
    ).toMatchObject({ done: true });
    const response = jsonOf(await to({ path: "/v1/responses", body: { input: "hello", max_output_tokens: 4 } }));
    expect(response).toMatchObject({ object: "response", usage: { output_tokens: 4 } });
    expect(jsonOf(await to({ path: "/v1/embeddings", body: { input: "hello" } })).error.code).toBe("model-cannot");

    const page = await to({ path: "/" });
    expect(page.headers["content-type"]).toContain("text/html");
    const { text: metrics } = await to({ path: "/metrics" });
    expect(metrics).toContain('loadout_requests_total{lane="batch",outcome="answered"} 1');
    const now = jsonOf(await to({ path: "/v1/loadout" }));
    expect(valid(now)).toBe("valid");
    const [served] = now["models"];
    const printed: unknown[] = served.memory.flatMap(({ exact }: { exact?: boolean }) => exact ?? []);
    expect(printed.length).toBeGreaterThan(2);
    expect(printed).not.toContain(false);

    const kept = JSON.parse((await loadout("receipts", `${served.receipt}`, "--json")).stdout);
    expect(kept.receipts[0]).toMatchObject({ model: { name: "Tiny random llama" }, rates: [] });

    const runs = await loadout("serve", "--runs", "--json");
    expect(valid(JSON.parse(runs.stdout))).toBe("valid");
    expect(JSON.parse(runs.stdout).runs).toMatchObject([{ url, models: ["Tiny-Random"], pid: run.pid }]);
    expect(widest((await loadout("serve", "--runs")).stdout)).toBeLessThanOrEqual(80);

    // without an address a chat finds it; piped, it asks once
    const chat = await loadout("chat", "--prompt", "hello", "--max-tokens", "4", "--json");
    expect(JSON.parse(chat.stdout)).toMatchObject({ endpoint: `${url}/v1`, model: "Tiny-Random" });

    const engines = await descendants(run.pid);
    expect(engines.length).toBeGreaterThan(0);
    const ended = await run.stop("SIGINT");
    expect(ended.code, ended.stderr).toBe(130);
    await vi.waitFor(() => expect(engines.filter(lives)).toEqual([]));
    expect(JSON.parse((await loadout("serve", "--runs", "--json")).stdout).runs).toEqual([]);
  });

  it("ends what is being answered with a typed end, and leaves no process", { timeout: 60_000 }, async () => {
    const { run, ask: to } = await serve(model, ...INSIDE, "--context", "4k");
    const begun = Promise.withResolvers<void>();
    const answer = to({ body: { ...HELLO, max_tokens: 4000, stream: true }, onChunk: () => begun.resolve() });
    await begun.promise;
    const engines = await descendants(run.pid);
    const [{ code }, { text }] = await Promise.all([run.stop("SIGINT"), answer]);
    expect(code).toBe(130);
    expect(text).toMatch(/data: \[DONE\]\n\n$/);
    // it ended within the grace, or it was told why it did not
    expect(text).toMatch(/"finish_reason":"(?:length|stop)"|gateway-closing/);
    await vi.waitFor(() => expect(engines.filter(lives)).toEqual([]));
  });

  it("leaves no engine when it is killed, and the next run sees that it is gone", { timeout: 60_000 }, async () => {
    const { run } = await serve(model, ...SMALL);
    const engines = await descendants(run.pid);
    expect(engines.length).toBeGreaterThan(0);
    await run.stop("SIGKILL");
    await vi.waitFor(() => expect(engines.filter(lives)).toEqual([]), { timeout: 10_000 });
    expect(JSON.parse((await loadout("serve", "--runs", "--json")).stdout).runs).toEqual([]);
  });

  it("serves embeddings", { timeout: 60_000 }, async () => {
    const { ask: to } = await serve(model, ...SMALL, "--embed");
    const { data } = jsonOf(await to({ path: "/v1/embeddings", body: { input: ["hello", "there"] } }));
    expect(data).toHaveLength(2);
    expect(data[0].embedding).toHaveLength(TINY_GEOMETRY.embeddingLength);
    expect(jsonOf(await to({ path: "/v1/models" })).data[0]).toMatchObject({ embeddings: true });
  });

  it("serves two models, the second when it is asked for; another run sees both", { timeout: 90_000 }, async () => {
    const { run, answer, ask: to } = await serve(model, model, ...SMALL, "--name", "one", "--name", "two");
    expect(answer).toMatchObject({
      models: [
        { name: "one", state: "loaded" },
        { name: "two", state: "on-demand" },
      ],
    });
    const before = JSON.parse((await loadout("serve", "--runs", "--json")).stdout).runs[0].takes.RAM;
    expect((await to({ body: { ...HELLO, model: "two" } })).status).toBe(200);
    const now = jsonOf(await to({ path: "/v1/loadout" }));
    expect(now.models.map(({ state }: { state: string }) => state)).toEqual(["loaded", "loaded"]);
    expect(JSON.parse((await loadout("serve", "--runs", "--json")).stdout).runs[0].takes.RAM).toBe(2 * before);

    // a chat that names one of them talks to that one
    const chat = await loadout("chat", "two", "--prompt", "hello", "--max-tokens", "2", "--json");
    expect(JSON.parse(chat.stdout)).toMatchObject({ endpoint: `${String(answer["url"])}/v1`, model: "two" });

    const second = await serve(model, ...SMALL);
    expect(second.answer).toMatchObject({ others: [{ pid: run.pid, models: ["one", "two"] }] });
  });
});

describe("loadout serve, before another server", () => {
  let engine: ScriptedServer;
  afterEach(() => engine.stop());

  it("puts lanes and dialects before an address", { timeout: 60_000 }, async () => {
    engine = await scriptedServer({ model: "scripted", contextPerSlot: 512 });
    const { answer, ask: to } = await serve(engine.url, "--name", "next-room");
    expect(valid(answer)).toBe("valid");
    const whole = jsonOf(
      await to({ body: { model: "next-room", messages: [{ role: "user", content: "three little words" }] } }),
    );
    expect(whole.choices[0].message.content).toBe("word0 word1 word2 word3 word4 word5 word6 word7");
    expect(engine.requests.at(-1)!.body).toMatchObject({ model: "scripted" });
    const message = await to({ path: "/v1/messages", body: { ...HELLO, model: "next-room" } });
    expect(message.status).toBe(200);
    expect(jsonOf(await to({ path: "/v1/models" })).data[0]).toMatchObject({ id: "next-room", context_length: 512 });
  });
});

describe("what loadout serve refuses", () => {
  let other: Server;
  beforeAll(async () => {
    other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => other.close());

  it("a port that is taken", async () => {
    const address = other.address();
    const port = typeof address === "object" && address ? address.port : 0;
    const { code, stderr } = await loadout("serve", model, ...SMALL, "--port", `${port}`);
    expect(code).toBe(3);
    expect(stderr).toContain(`cannot listen on 127.0.0.1:${port}`);
    expect(stderr).toContain("--port");
  });

  it.each([
    [["--host", "0.0.0.0"], 2, "needs keys"],
    [["--key-file", "/nowhere/keys"], 2, "keys in /nowhere/keys cannot be read"],
    [["--draft", "mtp"], 3, "--draft needs llama-server"],
    [["--mmproj", "mmproj.gguf"], 3, "--mmproj needs llama-server"],
    [["--name", "a", "--name", "b"], 2, "2 names were given for 1 models"],
    [["--cap", "soon"], 2, "--cap"],
    [["--context", "64m", "--users", "256"], 1, "does not fit"],
  ])("%j", async (more, code, words) => {
    const ended = await loadout("serve", model, ...INSIDE, "--port", "0", ...more);
    expect(ended.stderr).toContain(words);
    expect(ended.stderr).toContain("hint:");
    expect(ended.code).toBe(code);
  });
});

describe("keys", () => {
  it("are asked for, and choose the lane", { timeout: 60_000 }, async () => {
    const keys = join(folder, "keys");
    await writeFile(keys, "# who may\nanna a-secret-of-annas-1\njobs a-secret-of-jobs-22 batch\n");
    const { url, ask: to } = await serve(model, ...SMALL, "--key-file", keys, "--host", "0.0.0.0");
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:/);
    const as = (key: string) => to({ body: HELLO, headers: { authorization: `Bearer ${key}` } });
    expect((await to({ body: HELLO })).status).toBe(401);
    expect((await as("a-secret-of-nobody")).status).toBe(401);
    expect((await as("a-secret-of-annas-1")).status).toBe(200);
    expect((await as("a-secret-of-jobs-22")).status).toBe(200);
    const metrics = await to({ path: "/metrics", headers: { "x-api-key": "a-secret-of-annas-1" } });
    expect(metrics.text).toContain('{lane="batch",outcome="answered"} 1');
    expect(metrics.text).toContain('{lane="interactive",outcome="answered"} 1');
  });
});

describe("loadout serve --dry-run", () => {
  it("prints the plan inside 80 columns", async () => {
    const { code, stdout } = await loadout("serve", model, ...SMALL, "--goal", "mixed", "--users", "4", "--dry-run");
    expect(code).toBe(0);
    expect(stdout).toContain("4 places of 512 tokens");
    expect(widest(stdout)).toBeLessThanOrEqual(80);
  });

  it("prints a document", async () => {
    const { stdout } = await loadout("serve", model, ...SMALL, "--dry-run", "--json");
    expect(valid(JSON.parse(stdout))).toBe("valid");
    expect(JSON.parse(stdout)).toMatchObject({ kind: "serve-plan", engines: [{ serves: "both", slots: 1 }] });
  });

  it("chooses for a target, says what was chosen, and ends with 1 where nothing keeps it", async () => {
    const planned = (limit: string, ...more: string[]) =>
      loadout("serve", model, "--target", `${limit}, 2 users, prompts 60, answers 20`, "--dry-run", ...more);
    const { stdout, code } = await planned("ttft p95 100s", "--json");
    expect(code).toBe(0);
    const plan = JSON.parse(stdout);
    expect(valid(plan)).toBe("valid");
    expect(plan.target).toMatchObject({ met: true, users: 2, promptTokens: 60, answerTokens: 20 });
    expect(plan.engines[0].slots).toBe(plan.target.slots);
    expect(plan.engines[0].step.stepTokens).toBe(plan.target.stepTokens);
    const missed = await planned("ttft p95 0.0001ms");
    expect(missed.code).toBe(1);
    expect(missed.stdout).toContain("missed for 2 users");
    expect(widest(missed.stdout)).toBeLessThanOrEqual(80);
  });
});

describe("loadout chat", () => {
  it("serves a model for itself where nobody does", { timeout: 60_000 }, async () => {
    const { code, stdout, stderr } = await loadout("chat", model, "--prompt", "hello", "--max-tokens", "4", "--json");
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ kind: "chat", model: "Tiny-Random", measured: { tokens: 4 } });
    expect(JSON.parse((await loadout("serve", "--runs", "--json")).stdout).runs).toEqual([]);
  });
});
