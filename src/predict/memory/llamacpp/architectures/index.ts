import type { Architecture } from "./architecture.ts";
import { gemma3 } from "./gemma3.ts";
import { llama } from "./llama.ts";
import { qwen2, qwen3, qwen3moe } from "./qwen.ts";

/** Architectures whose graph is known, by GGUF name. */
const ARCHITECTURES: ReadonlyMap<string, Architecture> = new Map(
  [llama, gemma3, qwen2, qwen3, qwen3moe].map((each) => [each.name, each]),
);

export function architectureOf(name: string): Architecture | undefined {
  return ARCHITECTURES.get(name);
}

/** For people: "gemma3, llama". */
export function architectureNames(): string {
  return [...ARCHITECTURES.keys()].sort().join(", ");
}
