import type { GraphTensor } from "../../graph/tensor.ts";
import type { TowerBuilder } from "../tower-builder.ts";
import { cogvlm } from "./cogvlm.ts";
import { deepseek4 } from "./deepseek4.ts";
import { dotsSound } from "./dots-sound.ts";
import { gemma3n } from "./gemma3n.ts";
import { gemma4 } from "./gemma4.ts";
import { gemma4Sound } from "./gemma4-sound.ts";
import { gemma4Unified, gemma4UnifiedSound } from "./gemma4-unified.ts";
import { glm4v } from "./glm4v.ts";
import { hunyuan } from "./hunyuan.ts";
import { internvl } from "./internvl.ts";
import { kimiVl } from "./kimi-vl.ts";
import { llama4 } from "./llama4.ts";
import { llava } from "./llava.ts";
import { minicpm } from "./minicpm.ts";
import { mimo } from "./mimo.ts";
import { minicpm46 } from "./minicpm46.ts";
import { glmEdge, mobileVlm, mobileVlm2 } from "./mobile-vlm.ts";
import { museGlimmer } from "./muse.ts";
import { nemotron } from "./nemotron.ts";
import { dotsOcr, lingVl, minimax, paddleOcr } from "./paddle.ts";
import { pixtral } from "./pixtral.ts";
import { qwen2vl, qwen3vl } from "./qwen-vl.ts";
import { qwen3Sound } from "./qwen3-sound.ts";
import { siglip } from "./siglip.ts";
import { step3 } from "./step3.ts";
import { whisper } from "./whisper.ts";
import { yasa2 } from "./yasa2.ts";
import { youtu } from "./youtu.ts";

/** The graphs that are written down, by kind of projector and what it reads. */
export function towerGraph(
  type: string,
  modality: "vision" | "audio",
): ((builder: TowerBuilder) => GraphTensor) | undefined {
  const graphs = modality === "vision" ? VISION : AUDIO;
  return Object.hasOwn(graphs, type) ? graphs[type] : undefined;
}

/** Kinds whose graph is written down. */
export function graphsWritten(modality: "vision" | "audio"): readonly string[] {
  return Object.keys(modality === "vision" ? VISION : AUDIO);
}

type Build = (builder: TowerBuilder) => GraphTensor;

const VISION: Readonly<Record<string, Build>> = {
  adapter: glmEdge,
  cogvlm,
  deepseek4v: deepseek4,
  dots3note_v: dotsOcr,
  dots_ocr: dotsOcr,
  exaone4_5: qwen2vl,
  gemma3: siglip,
  gemma3nv: gemma3n,
  gemma4uv: gemma4Unified,
  gemma4v: gemma4,
  glm4v,
  glm5v: glm4v,
  hunyuanvl: hunyuan,
  idefics3: siglip,
  internvl,
  janus_pro: siglip,
  kimik25: kimiVl,
  kimivl: kimiVl,
  ldp: mobileVlm,
  ldpv2: mobileVlm2,
  lfm2: siglip,
  lightonocr: pixtral,
  ling3vl: lingVl,
  llama4,
  minimax_m3: minimax,
  mimovl: mimo,
  minicpmv4_6: minicpm46,
  mlp: llava,
  "muse-glimmer": museGlimmer,
  nemotron_v2_vl: nemotron,
  paddleocr: paddleOcr,
  phi4: siglip,
  pixtral,
  "qwen2.5o": qwen2vl,
  "qwen2.5vl_merger": qwen2vl,
  qwen2vl_merger: qwen2vl,
  qwen3vl_merger: qwen3vl,
  resampler: minicpm,
  step3vl: step3,
  yasa2,
  youtuvl: youtu,
};

const AUDIO: Readonly<Record<string, Build>> = {
  dots3note_a: dotsSound,
  gemma4a: gemma4Sound,
  gemma4ua: gemma4UnifiedSound,
  glma: whisper,
  meralion: whisper,
  musicflamingo: whisper,
  "qwen2.5o": whisper,
  qwen2a: whisper,
  qwen3a: qwen3Sound,
  ultravox: whisper,
  voxtral: whisper,
};
