// `loadout offload` as a process: catalogued models on rigs written by hand.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { FitAnswer, OffloadAnswer, RankingAnswer } from "../../plan/answer/index.ts";
import { offloadText } from "./text/offload-text.ts";
import { rankingText } from "./text/ranking-text.ts";
import { styleFor } from "./text/style.ts";
import { answerForm, jsonAnswer, runLoadout, type Ended, widest } from "./testing/command-line.ts";

let folder: string;
let valid: (value: unknown) => unknown;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "loadout-offload-"));
  valid = await answerForm();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const loadout = (...args: string[]): Promise<Ended> => runLoadout(folder, args);

const answered = (...args: string[]) => jsonAnswer<OffloadAnswer>(folder, ["offload", ...args]);

const SPARSE = ["qwen3 30b a3b:Q4_K_M", "--gpu", "rtx-4070", "--ram", "64GB:ddr5-6000"];
const DENSE = ["llama 3.3 70b:Q4_K_M", "--gpu", "rtx-4090", "--ram", "64GB:ddr5-6000"];

test("a dense model that does not fit: painful for a chat, hours for a batch, and what avoids it", async () => {
  const answer = await answered(...DENSE, "--host-watts", "150");
  expect(answer.chat).toBe("painful");
  expect(answer.says).toMatch(/^painful for chat: .* tok\/s, first token after .*; 1000 jobs take \d+ h/);
  const best = answer.rungs[answer.bestChat!]!;
  expect(best.chat.decode!.tokensPerSec).toBeLessThan(answer.asked.targets.decodePerSec);
  const [second] = answer.instead;
  expect(second).toMatchObject({ kind: "card", name: "a second GeForce RTX 4090" });
  const job = answer.rungs[answer.bestBatch!]!.batch;
  expect(second!.batch.seconds!.value).toBeLessThan(job.seconds!.value / 2);
  expect(job.energy!.hostJoules).toBeGreaterThan(0);
  // a chat takes what fits; a job leaves more in RAM, so that many answers share what crosses the slot
  expect(job.atATime).toBeGreaterThanOrEqual(32);
  expect(job.decode!.tokensPerSec).toBeGreaterThan(5 * best.chat.decode!.tokensPerSec);
  expect(answer.ends.map(({ moved }) => moved)).toContain("layers");
});

test("few active experts: a chat is fine with experts in RAM, and the text says so in 80 columns", async () => {
  const { code, stdout } = await loadout("offload", ...SPARSE);
  expect(code).toBe(0);
  expect(widest(stdout)).toBeLessThanOrEqual(80);
  const plain = stdout.replaceAll(/\s+/g, " ");
  expect(plain).toMatch(/fine for chat: .* \(experts of \d+ of 48 layers in RAM\)/);
  expect(plain).toContain("few active experts: a token reads");
  expect(plain).toContain("what is moved with experts of");
  expect(plain).toMatch(/devices [\d.]+ Wh, the rest of the machine unknown/);
  expect(plain).toContain("never: experts of 48 of 48 layers in RAM still serve it");
});

test.each([
  [["gpt-oss 20b", "--gpu", "m4 max 36gb"], "GPU and CPU share the RAM"],
  [["qwen3-8b:Q4_K_M", "--vram", "6GB", "--ram", "32GB"], "so no pace is claimed"],
  [["qwen3-8b:Q4_K_M", "--ram", "32GB:ddr5-6000"], "all in RAM, no GPU"],
  [["qwen3-8b:Q4_K_M", "--gpu", "rtx-3090", "--ram", "32GB"], "all on the GPU: best for chat and batch"],
  [["qwen3-32b:Q4_K_M", "--gpu", "rtx-4070", "--ram", "8GB:ddr5-6000"], "from the disk"],
  [["qwen3-32b:Q4_K_M", "--gpu", "2xrtx-4060", "--ram", "64GB", "--prompt", "4k", "--wait", "5"], "within 5 s"],
  [["gpt-oss 120b", "--gpu", "rtx-3090", "--ram", "16GB:ddr4-3200", "--users", "8"], "8 at a time"],
])("%j says %j, in 80 columns", async (args, said) => {
  const text = offloadText(await answered(...args), styleFor({}, {}));
  expect(text.replaceAll(/\s+/g, " ")).toContain(said);
  expect(widest(text)).toBeLessThanOrEqual(80);
});

test("behind a cached share the first token comes sooner, on every rung, and the text has a column for it", async () => {
  const answer = await answered(...SPARSE, "--prompt", "8k", "--cached", "90%");
  expect(answer.asked).toMatchObject({ promptTokens: 8192, cachedShare: 0.9 });
  for (const { name, chat } of answer.rungs) {
    expect(chat.cached!.computedTokens, name).toBe(819);
    expect(chat.cached!.firstTokenMs.value, name).toBeLessThan(chat.firstTokenMs!.value);
  }
  const text = offloadText(answer, styleFor({}, {}));
  expect(text).toMatch(/first token {2}90% cached/);
  expect(answer.says).toMatch(/first token after [\d.]+ m?s \([\d.]+ m?s with 90% cached\)/);
  expect(widest(text)).toBeLessThanOrEqual(80);
});

test("the disk that weights beyond the RAM come from can be said, by its kind or its rate; else it is assumed, and said so", async () => {
  const beyond = ["qwen3-32b:Q4_K_M", "--gpu", "rtx-4070", "--ram", "8GB:ddr5-6000"];
  const all = await Promise.all(
    [[], ["--disk", "nvme"], ["--disk", "7GB/s"]].map((more) => answered(...beyond, ...more)),
  );
  const rates = all.map(({ rungs }) => rungs.find(({ kind }) => kind === "prompts")!.chat.decode!.tokensPerSec);
  expect(rates[1]).toBe(rates[0]);
  expect(rates[2]! / rates[0]!).toBeGreaterThan(4);
  const said = all.map(({ assumptions }) => assumptions.find((each) => each.startsWith("weights beyond the RAM")));
  expect(said[0]).toContain("at 1.5 GB/s, as a common NVMe disk does: --disk says it");
  expect(said[2]).toContain("at 7 GB/s");
});

test("fit takes the same disk for its pace, and every command to type next asks about the same", async () => {
  const beyond = ["qwen3-32b:Q4_K_M", "--gpu", "rtx-4070", "--ram", "8GB:ddr5-6000", "--context", "4k"];
  const fits = await Promise.all(
    [[], ["--disk", "nvme"], ["--disk", "7GB/s"]].map(async (more): Promise<FitAnswer> => {
      const { stdout } = await loadout("fit", ...beyond, ...more, "--json");
      return JSON.parse(stdout);
    }),
  );
  const rates = fits.map(({ speed }) => speed.decode!.tokensPerSec);
  expect(rates[1]).toBe(rates[0]);
  expect(rates[2]! / rates[0]!).toBeGreaterThan(2);
  expect(fits[2]!.next[0]).toMatch(/--context 4k --disk 7GB\/s$/);
  const { next } = await answered(...beyond, "--disk", "7GB/s", "--goal", "mixed", "--prompt", "2k");
  for (const command of next) expect(command).toMatch(/--goal mixed --context 4k --prompt 2k --disk 7GB\/s$/);
  const { stdout } = await loadout("explain", ...beyond, "--disk", "7GB/s", "--json");
  expect((JSON.parse(stdout) as FitAnswer).speed.decode!.tokensPerSec).toBe(rates[2]);
});

test("the network to another machine is said, or assumed and said so", async () => {
  const far = ["qwen3-32b:Q4_K_M", "--gpu", "rtx-4070", "--ram", "32GB", "--node", "big:rtx-3090"];
  const [unknown, fast] = await Promise.all([answered(...far), answered(...far, "--link", "25Gb/s")]);
  expect(unknown.assumptions.join("\n")).toContain("the network to big is taken as 1 Gb/s (118 MB/s): --link says it");
  expect(fast.assumptions.join("\n")).not.toContain("--link");
  const first = ({ rungs }: OffloadAnswer) => rungs.find(({ kind }) => kind === "whole")!.chat.firstTokenMs!.value;
  expect(first(fast)).toBeLessThan(first(unknown));
});

test("a ranking ends with what fits only with offload: valid, in 80 columns, and its command finds the same", async () => {
  const RIG = ["--gpu", "rtx-4060", "--ram", "32GB:ddr5-6000"];
  const { stdout } = await loadout("fit", ...RIG, "--json");
  const answer: RankingAnswer = JSON.parse(stdout);
  expect(valid(answer)).toBe("valid");
  const { gpuLayers, offloadedLayers, context, because, command } = answer.rows.at(-1)!;
  expect(offloadedLayers).toBeGreaterThan(0);
  expect(because).toContain(`with offload, ${offloadedLayers} layers on the CPU`);
  expect(command).toContain(`--gpu-layers ${gpuLayers}`);
  const text = rankingText(answer, styleFor({}, {}), true);
  expect(text).toContain("only with offload (");
  expect(widest(text)).toBeLessThanOrEqual(80);
  const [, , model = "", ...flags] = command.split(" ");
  const again = await loadout("fit", model, ...flags, "--json");
  const fit: FitAnswer = JSON.parse(again.stdout);
  expect(again.code).toBe(0);
  expect(fit.decisions.find(({ setting }) => setting === "context")!.value).toBe(context);
});

test("a context without room for the prompt and its answer is a wrong question; no model is one too", async () => {
  const short = await loadout("offload", ...SPARSE, "--context", "1024");
  expect(short.code).toBe(2);
  expect(short.stderr).toContain("room for the prompt and its answer, 1280 tokens");
  expect((await loadout("offload")).code).toBe(2);
});
