import { describe, expect, it } from "vitest";
import { LLAMACPP_CALLERS, type LlamaCppSettings } from "../../../facts/runtime/index.ts";
import type { EngineBuffer } from "../memory.ts";
import { predictLlamaCpp } from "./predict.ts";
import { build, GEMMA3, question, SMOLLM2, standIns } from "./testing/models.ts";

const OCTOBER = { build: build("b11434"), caller: LLAMACPP_CALLERS["llama-server"], dryRun: true };
