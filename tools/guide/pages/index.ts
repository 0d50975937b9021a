import type { Page } from "../page.ts";
import { goal } from "./goal.ts";
import { gpu } from "./gpu.ts";
import { lora } from "./lora.ts";
import { memory } from "./memory.ts";
import { offload } from "./offload.ts";
import { quantization } from "./quantization.ts";
import { readme } from "./readme.ts";
import { runtime } from "./runtime.ts";
import { throughput } from "./throughput.ts";
import { vram24 } from "./vram-24.ts";

/** In reading order. */
export const PAGES: readonly Page[] = [
  readme,
  goal,
  memory,
  gpu,
  quantization,
  runtime,
  throughput,
  lora,
  vram24,
  offload,
];
