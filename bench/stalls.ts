// Long prompts that come while one stream is answered, on a llama-server that `loadout serve` planned from prompts it timed:
// the longest wait for a token and what prompts take, predicted beside measured, for several caps.
// Usage: node bench/stalls.ts [FILE.gguf] [ROUNDS] [CAP_MS,CAP_MS,...]
import { formatDuration, formatPercent } from "../src/facts/units/index.ts";
import type { ServePlanAnswer } from "../src/plan/answer/index.ts";
import { printMachineCard } from "./machine-card.ts";
import { ask } from "./serve/ask.ts";
import { benchModel } from "./serve/model.ts";
import { BenchHome, RunningServe } from "./serve/running.ts";

const [given, rounds = "1", caps = "2000,1100,700"] = process.argv.slice(2);
const SLOTS = 4;
const PROMPTS = 3;
const PROMPT_TOKENS = 1110;
/** the others come after so many tokens of the stream */
const BEFORE = 30;
/** How far off a stall, and a price, may be. */
const STALL_OFF = 0.15;
const PRICE_OFF = 0.1;

interface Seen {
  readonly longestMs: number;
  readonly promptsMs: number;
}

const model = await benchModel(given);
const common = [model, "--engine", "llama-server", "--goal", "mixed", "--users", `${SLOTS}`, "--threads", "1"];
common.push("--context", `${2 * PROMPT_TOKENS}`);
printMachineCard();
const home = new BenchHome();
try {
  const began = performance.now();
  await home.plan(["serve", ...common, "--calibrate", "--dry-run", "--json"]);
  console.log(`prompts timed in ${formatDuration(performance.now() - began)}, the machine probed with them\n`);
  const plans = new Map<number, ServePlanAnswer>();
  for (const cap of caps.split(",").map(Number))
    plans.set(cap, await home.plan(["serve", ...common, "--cap", `${cap}`, "--dry-run", "--json"]));
  const steps = new Set([...plans.values()].flatMap((plan) => [stepOf(plan).against, stepOf(plan).stepTokens]));
  const seen = new Map<number, Seen[]>([...steps].map((step) => [step, []]));
  for (let round = 0; round < Number(rounds); round++)
    for (const [step, all] of round % 2 === 0 ? seen : [...seen].toReversed()) all.push(await measure(step));
  for (const [cap, plan] of plans) judge(cap, plan, seen);
} finally {
  home.remove();
}

function stepOf({ engines }: ServePlanAnswer) {
  const step = engines[0]?.step;
  if (!step) throw new Error("no pace is claimed here");
  return step;
}

/** One stream, and after some of its tokens three long prompts at once. */
async function measure(stepTokens: number): Promise<Seen> {
  const serve = await RunningServe.start(home, [...common, "--step-tokens", `${stepTokens}`]);
  const over = new AbortController();
  try {
    const { url } = serve.answer;
    const at: number[] = [];
    const enough = Promise.withResolvers<void>();
    const body = { prompt: "A long story about the sea.", max_tokens: 1500, ignore_eos: true, temperature: 0 };
    const path = "/v1/completions";
    const stream = ask(url, { path, body, lane: "interactive", signal: over.signal }, () => {
      at.push(performance.now());
      if (at.length === BEFORE) enough.resolve();
    });
    await enough.promise;
    const from = performance.now();
    await Promise.all(
      Array.from({ length: PROMPTS }, (_, index) => {
        const prompt = promptOf(index);
        return ask(url, { path, body: { prompt, max_tokens: 1 }, lane: "interactive", signal: over.signal }, () => {});
      }),
    );
    const to = performance.now();
    over.abort();
    await stream;
    const gaps = at.map((one, index) => one - (at[index - 1] ?? one)).filter((_, index) => at[index]! > from);
    const longestMs = Math.max(...gaps);
    console.log(
      `  steps of ${stepTokens}: longest wait ${formatDuration(longestMs)}, prompts ${formatDuration(to - from)}`,
    );
    return { longestMs, promptsMs: to - from };
  } finally {
    over.abort();
    await serve.stop();
  }
}

/** About so many tokens of which nothing is cached: a word of the small models' vocabulary is one, a number's digits are more. */
function promptOf(index: number): string {
  const words = ["the", "ship", "was", "late", "and", "nobody", "in", "the", "town", "knew", "why", "it", "came"];
  const text = Array.from({ length: PROMPT_TOKENS - 4 }, (_, at) => words[(at * (index + 2)) % words.length]);
  return `${index + 1}: ${text.join(" ")}`;
}

function judge(cap: number, plan: ServePlanAnswer, seen: ReadonlyMap<number, readonly Seen[]>): void {
  const { stepTokens, stallMs, price, against, keepsCap } = stepOf(plan);
  const of = (step: number, what: keyof Seen) => median((seen.get(step) ?? []).map((each) => each[what]));
  const stall = of(stepTokens, "longestMs");
  const cost = of(stepTokens, "promptsMs") / of(against, "promptsMs");
  console.log(
    `\ncap ${formatDuration(cap)}: steps of ${stepTokens}, a token waits up to ${formatDuration(stallMs.value)} predicted` +
      `${keepsCap ? "" : ", not kept"}, ${formatDuration(stall)} measured; ` +
      `prompts take ${formatPercent(price.value - 1)} longer than with ${against} predicted, ${formatPercent(cost - 1)} measured`,
  );
  check("longest wait, times what was predicted", stall / stallMs.value, 1 + STALL_OFF);
  if (keepsCap) check("longest wait, times the cap", stall / cap, 1 + STALL_OFF);
  check("price, off by", Math.abs(price.value / cost - 1), PRICE_OFF);
}

function check(what: string, value: number, most: number): void {
  const holds = value <= most;
  console.log(`  ${what}: ${value.toFixed(2)}, at most ${most.toFixed(2)}: ${holds ? "holds" : "MISSED"}`);
  if (!holds) process.exitCode = 1;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
