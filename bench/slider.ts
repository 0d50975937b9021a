// How long one step of a slider takes: the numbers that change, and everything else. Each step is one seeded change of context,
// users or cache type of a question, as a person drags. Usage: node bench/slider.ts [--steps N] [--every N] [--seed N] [--trace]
import { parseArgs } from "node:util";
import { seededRandom } from "../src/facts/units/index.ts";
import type { Flags } from "../src/plan/ask/flags/index.ts";
import type { Kind } from "../src/plan/ask/kinds/index.ts";
import { createAnswerer } from "../web/page/engine/answerer.ts";
import { printMachineCard } from "./machine-card.ts";

const { values } = parseArgs({
  options: {
    steps: { type: "string", default: "500" },
    every: { type: "string", default: "10" },
    seed: { type: "string", default: "1" },
    trace: { type: "boolean", default: false },
  },
});
const steps = Number(values.steps);
/** the slow kinds are asked at each of so many steps */
const every = Number(values.every);
const random = seededRandom(Number(values.seed));

/** Dense, mixture of experts, window, hybrid, latent: with and without a file type, with room and without. */
const QUESTIONS: readonly Flags[] = [
  { model: "qwen3-8b", vram: "24GB" },
  { model: "qwen3-8b:Q4_K_M", vram: "8GB", ram: "32GB" },
  { model: "qwen3-30b-a3b:Q4_K_M", gpu: "rtx-4090", ram: "64GB" },
  { model: "qwen3.6-35b-a3b", gpu: "rtx-3090", ram: "64GB" },
  { model: "llama-3.3-70b:Q4_K_M", gpu: "2xrtx-3090", ram: "128GB" },
  { model: "gemma-3-27b:Q4_K_M", vram: "16GB" },
  { model: "gpt-oss-120b", vram: "24GB", ram: "96GB" },
  { model: "qwen3.6-27b", vram: "24GB" },
  { model: "deepseek-v3", vram: "24GB", ram: "512GB" },
  { model: "qwen3-4b", ram: "32GB" },
];
const KV_TYPES = ["f16", "q8_0", "q4_0"];
const REST: readonly Kind[] = ["fit", "quants", "offload", "frontier", "kv", "cards"];
/** steps of a slider before another question is looked at */
const DRAG = 20;

printMachineCard();
const answerer = createAnswerer();
const times = new Map<string, number[]>();
const slow: { readonly ms: number; readonly kind: Kind; readonly flags: Flags }[] = [];
for (let step = 0; step < steps; step += 1) {
  const question = QUESTIONS[Math.floor(step / DRAG) % QUESTIONS.length]!;
  const flags: Flags = {
    ...question,
    context: String(2048 + 512 * Math.floor(random() * 124)),
    users: String(1 + Math.floor(random() * 8)),
    "kv-type": KV_TYPES[Math.floor(random() * KV_TYPES.length)]!,
  };
  await timed("numbers", flags);
  if (step % every === every - 1) for (const kind of REST) await timed(kind, flags);
}

for (const [kind, list] of times) {
  const sorted = list.toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!.toFixed(1);
  console.log(`${kind.padEnd(13)} ${list.length} steps: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, longest ${at(1)} ms`);
}
if (values.trace) {
  for (const { ms, kind, flags } of slow.toSorted((one, other) => other.ms - one.ms).slice(0, 40))
    console.log(`${ms.toFixed(1).padStart(8)} ms  ${kind}  ${JSON.stringify(flags)}`);
}

async function timed(kind: Kind, flags: Flags): Promise<void> {
  const { "kv-type": kvType, ...others } = flags;
  // what a command does not take is not asked of it
  const asked = kind === "cards" ? { model: flags["model"]!, context: flags["context"]! } : flags;
  const plain = kind === "frontier" ? { ...others, ...(kvType && { "kv-type": kvType }) } : asked;
  const { users: _users, ...withoutUsers } = plain;
  const cpu = process.cpuUsage();
  const start = performance.now();
  try {
    await answerer.ask(kind, kind === "frontier" ? withoutUsers : plain);
  } catch (error) {
    if (values.trace) console.error(kind, flags, String(error));
  }
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  // what others do on this machine stretches the first, what this process does beside (compiling, collecting) the second
  const cpuMs = (user + system) / 1000;
  times.set(`${kind} cpu`, [...(times.get(`${kind} cpu`) ?? []), cpuMs]);
  times.set(kind, [...(times.get(kind) ?? []), ms]);
  slow.push({ ms, kind, flags });
}
