import { present } from "./cells.ts";
import type { EngineDevice } from "./engine-device.ts";

/**
 * ggml's Metal greeting, with or without time stamps. `recommendedMaxWorkingSetSize` is what macOS lets a GPU wire; it is
 * printed in MB of 10^6 bytes, unlike everything else in llama.cpp's logs. Free memory is not printed.
 */
export function readMetalInit(text: string): EngineDevice[] {
  const budget = Number(/recommendedMaxWorkingSetSize\s*=\s*(\d+(?:\.\d+)?) MB/.exec(text)?.[1]);
  // since 2026 "MTL0 (Apple M4)", before that the name alone
  const label = /GPU name:\s+(.+?)\s*$/m.exec(text)?.[1];
  const [, id = "Metal", name = label] = /^(MTL\d+) \((.+)\)$/.exec(label ?? "") ?? [];
  if (!Number.isFinite(budget) && name === undefined) return [];
  const unified = /(?:hasUnifiedMemory|has unified memory)\s*=\s*(true|false)/.exec(text)?.[1];
  return [
    present<EngineDevice>({
      id,
      name,
      backend: "metal",
      totalBytes: budget > 0 ? Math.round(budget * 1e6) : undefined,
      memoryKind: unified === "true" ? "unified" : unified === "false" ? "discrete" : undefined,
    }),
  ];
}
