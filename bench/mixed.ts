// Chats and a saturating batch lane on one real engine, behind the gateway, with the lanes that `loadout serve` plans: what the lane
// costs a chat (time to the first token, gaps between tokens) and what chats cost the batch, over the share of time that chat is
// busy. Phases take turns, so that other work on the machine hits all of them.
// Usage: node bench/mixed.ts [embedded | llama-server | URL] [SECONDS a phase] [ROUNDS] [FILE.gguf] [SHARE,SHARE,...]
import { setTimeout as sleep } from "node:timers/promises";
import { printMachineCard } from "./machine-card.ts";
import { ask } from "./serve/ask.ts";
import { benchModel } from "./serve/model.ts";
import { BenchHome, RunningServe } from "./serve/running.ts";

const [engine = "embedded", seconds = "6", rounds = "4", given, shares = "0.25,0.5,0.75"] = process.argv.slice(2);
const SLOTS = 4;
/** Shares of time that chat is busy; 1: it asks again at once. */
const SHARES = shares.split(",").map(Number);
const CHAT_TOKENS = 32;
/** p95 of a chat's first token and of its gaps, against the lane off */
const MOST = engine === "embedded" ? { first: 1.5, gap: 1.6 } : { first: 2, gap: 2 };
const BATCH_TOKENS = 160;
const SETTLE_MS = 300;
const TOPICS = ["the sea", "old maps", "a long winter", "bread", "a city by night", "small engines", "a letter"];

interface Said {
  readonly ttftMs: number;
  readonly gapsMs: readonly number[];
}

/** What one phase showed. */
interface Phase {
  readonly chats: Said[];
  /** when the batch lane got a token, and when chat was busy; milliseconds from the phase's beginning */
  readonly batchAtMs: number[];
  readonly busyMs: [from: number, to: number][];
  ms: number;
}

printMachineCard();
const home = new BenchHome();
const common = ["--goal", "mixed", "--users", `${SLOTS}`, "--threads", "1", "--context", "2048"];
const serve = engine.startsWith("http")
  ? undefined
  : await RunningServe.start(home, [await benchModel(given), "--engine", engine, ...common]);
const url = serve?.answer.url ?? engine;
for (const { decisions } of serve?.plan.engines ?? [])
  for (const { setting, value, because } of decisions) console.log(`${setting.padEnd(22)} ${value}: ${because}`);
const off = newPhase();
const alone = newPhase();
const mixed = new Map(SHARES.map((share) => [share, newPhase()]));
const seed = { next: 0 };
try {
  await phase(newPhase(), 3000, 0.5, true); // kernels and caches are warm then
  for (let round = 0; round < Number(rounds); round += 1) {
    await phase(off, Number(seconds) * 1000, 1, false);
    await phase(alone, Number(seconds) * 1000, 0, true);
    for (const [share, into] of mixed) await phase(into, Number(seconds) * 1000, share, true);
  }
} finally {
  await serve?.stop();
  home.remove();
}

const own = alone.batchAtMs.length / alone.ms;
console.log(`batch alone: ${(1000 * own).toFixed(1)} tokens/s`);
console.log(`chat alone:  first token p50 ${show(off, 0.5)}, p95 ${show(off, 0.95)} (ms: first token / gap)`);
for (const [share, seen] of mixed) {
  const busy = seen.busyMs.reduce((sum, [from, to]) => sum + to - from, 0);
  const idleTokens = seen.batchAtMs.filter((at) => !seen.busyMs.some(([from, to]) => at >= from && at < to)).length;
  const idleMs = seen.ms - busy;
  const whole = seen.batchAtMs.length / seen.ms / own;
  const idle = idleMs > 0 && share < 1 ? idleTokens / idleMs / own : undefined;
  console.log(
    `chat busy ${String(Math.round((100 * busy) / seen.ms)).padStart(3)}%: first token x${ratio(seen, ttfts)}, ` +
      `gap x${ratio(seen, gaps)} (p95 against the lane off; p50 ${show(seen, 0.5)}, p95 ${show(seen, 0.95)}); ` +
      `batch ${(100 * whole).toFixed(0)}% of its own rate` +
      (idle === undefined ? "" : `, ${(100 * idle).toFixed(0)}% while chat is idle`),
  );
  if (share === 0.5) {
    check("time to first token, p95", Number(ratio(seen, ttfts)), MOST.first);
    check("token gap, p95", Number(ratio(seen, gaps)), MOST.gap);
    check("batch while chat is idle, inverse of 85%", 1 / (idle ?? 0), 1 / 0.85);
    check("batch in all, inverse of 45%", 1 / whole, 1 / 0.45);
  }
}

function check(what: string, value: number, most: number): void {
  const holds = value <= most;
  console.log(`  ${what}: ${value.toFixed(2)}, at most ${most.toFixed(2)}: ${holds ? "holds" : "MISSED"}`);
  if (!holds) process.exitCode = 1;
}

function newPhase(): Phase {
  return { chats: [], batchAtMs: [], busyMs: [], ms: 0 };
}

/** Runs chat, busy for a share of the time (0: none), beside a batch lane that fills every slot it is given. */
async function phase(into: Phase, ms: number, share: number, withBatch: boolean): Promise<void> {
  const began = performance.now() - into.ms;
  const now = () => performance.now() - began;
  const endMs = into.ms + ms;
  const over = new AbortController();
  const work: Promise<void>[] = [];
  if (withBatch) for (let index = 0; index < SLOTS; index += 1) work.push(batch(into, now, over.signal));
  if (share > 0) work.push(chat(into, now, share, endMs, over.signal));
  await sleep(ms);
  over.abort();
  await Promise.all(work);
  into.ms = endMs;
}

async function batch(into: Phase, now: () => number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    seed.next += 1;
    const topic = TOPICS[seed.next % TOPICS.length]!;
    const prompt = `Note ${seed.next} of a long list of notes is about ${topic}, and about number ${seed.next}. In short:`;
    const body = { prompt, max_tokens: BATCH_TOKENS, ignore_eos: true, temperature: 0 };
    await ask(url, { path: "/v1/completions", body, lane: "batch", signal }, () => {
      if (!signal.aborted) into.batchAtMs.push(now());
    });
  }
}

/** Asks, reads, and thinks as long as the share of time wants it. */
async function chat(into: Phase, now: () => number, share: number, endMs: number, signal: AbortSignal): Promise<void> {
  // batch is at work when the first chat comes
  if (share < 1) await sleep(SETTLE_MS, undefined, { signal }).catch(() => {});
  const began = now();
  let busyMs = 0;
  while (now() < endMs && !signal.aborted) {
    seed.next += 1;
    const content = `Question ${seed.next}: ${`what is there to say about ${TOPICS[seed.next % TOPICS.length]}? `.repeat(3)}`;
    const body = { messages: [{ role: "user", content }], max_tokens: CHAT_TOKENS, ignore_eos: true, temperature: 0 };
    const from = now();
    const at: number[] = [];
    await ask(url, { path: "/v1/chat/completions", body, lane: "interactive", signal }, () => at.push(now()));
    const to = Math.min(now(), endMs);
    into.busyMs.push([from, to]);
    // a chat that the phase's end cut off counts as far as it came
    if (at.length > 0) into.chats.push({ ttftMs: at[0]! - from, gapsMs: at.slice(1).map((one, i) => one - at[i]!) });
    busyMs += to - from;
    // so that chat was busy for its share of the time when it comes again
    const again = began + busyMs / share;
    if (share < 1 && again > now()) await sleep(again - now(), undefined, { signal }).catch(() => {});
  }
}

function ttfts({ chats }: Phase): number[] {
  return chats.map(({ ttftMs }) => ttftMs);
}

function gaps({ chats }: Phase): number[] {
  return chats.flatMap(({ gapsMs }) => gapsMs);
}

function ratio(seen: Phase, of: (phase: Phase) => number[]): string {
  return (quantile(of(seen), 0.95) / quantile(of(off), 0.95)).toFixed(2);
}

function show(seen: Phase, at: number): string {
  return `${quantile(ttfts(seen), at).toFixed(0)} / ${quantile(gaps(seen), at).toFixed(1)}`;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
