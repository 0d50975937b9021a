import { seededRandom } from "../../src/facts/units/index.ts";
import type { Flags } from "../../src/plan/ask/flags/index.ts";

const MODELS = [
  "qwen3-8b",
  "qwen3-8b:Q8_0",
  "qwen3-30b-a3b:Q4_K_M",
  "qwen3.6-35b-a3b",
  "qwen3.6-27b",
  "gpt-oss-20b",
  "gpt-oss-120b",
  "gemma-3-27b",
  "gemma-3-12b:Q4_K_M",
  "llama-3.3-70b:Q4_K_M",
  "deepseek-v3",
  "phi-4",
  "jamba",
] as const;
const RIGS: readonly Flags[] = [
  { vram: "24GB" },
  { vram: ["24GB", "24GB"], ram: "64GB" },
  { vram: "8GB", ram: "32GB" },
  { gpu: "rtx-3090" },
  { gpu: "2xrtx-3090", ram: "128GB" },
  { gpu: ["rtx-4090", "rtx-3090"], ram: "64GB" },
  { gpu: "rtx-4060:8GB", os: "windows" },
  { gpu: "instinct-mi300x" },
  { gpu: "rx-7900-xtx", backend: "vulkan" },
  { ram: "64GB" },
];
const GOALS = ["interactive", "mixed", "batch", "finetune"] as const;
const CACHES = ["f16", "q8_0", "q4_0"] as const;

/** Questions of the guide, in flags. */
const GUIDE: readonly Flags[] = ["interactive", "mixed", "batch", "finetune"].map((goal) => ({
  model: "qwen3-8b:Q8_0",
  gpu: "rtx-3090",
  goal,
}));

/** Questions over models, rigs and goals, now and then a wrong one. */
export function seededQuestions(count: number): Flags[] {
  const random = seededRandom(2026);
  const pick = <Value>(list: readonly Value[]): Value => list[Math.floor(random() * list.length)]!;
  const maybe = (flag: string, share: number, value: () => string): Flags =>
    random() < share ? { [flag]: value() } : {};
  const some = Array.from({ length: count - GUIDE.length }, (): Flags => ({
    model: random() < 0.03 ? "no-such-model" : pick(MODELS),
    ...pick(RIGS),
    ...maybe("goal", 0.6, () => pick(GOALS)),
    ...maybe("context", 0.6, () => pick(["4k", "8192", "12000", "32k", "64k", "128k"])),
    ...maybe("users", 0.4, () => String(1 + Math.floor(random() * 12))),
    ...maybe("kv-type", 0.4, () => (random() < 0.05 ? "q7" : pick(CACHES))),
    ...maybe("prompt", 0.3, () => pick(["512", "2k", "8000"])),
    ...maybe("runtime", 0.15, () => pick(["embedded", "llama-server"])),
    ...maybe("gpu-layers", 0.1, () => pick(["all", "20", "0"])),
  }));
  return [...GUIDE, ...some];
}

/** As it is typed, without the program: "fit qwen3-8b --gpu rtx-3090". */
export function typedQuestion(command: string, { model, ...flags }: Flags): string {
  const words = Object.entries(flags).flatMap(([name, value]) =>
    [value].flat().flatMap((each) => [`--${name}`, String(each)]),
  );
  return ["loadout", command, String(model), ...words].join(" ");
}
