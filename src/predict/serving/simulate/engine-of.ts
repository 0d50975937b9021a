import { Embedded, type EmbeddedSettings } from "./embedded.ts";
import type { Engine, Sink } from "./engine.ts";
import { LlamaServer, type LlamaServerSettings } from "./llama-server.ts";
import { Vllm, type VllmSettings } from "./vllm.ts";

export type EngineSettings = LlamaServerSettings | EmbeddedSettings | VllmSettings;

export function engineOf(settings: EngineSettings, sink: Sink, keepsTimes: boolean): Engine {
  if (settings.kind === "llama-server") return new LlamaServer(settings, sink, keepsTimes);
  if (settings.kind === "embedded") return new Embedded(settings, sink, keepsTimes);
  return new Vllm(settings, sink, keepsTimes);
}
