import type { GraphTensor } from "../../graph/tensor.ts";
import type { TowerBuilder } from "../tower-builder.ts";
import { cogvlm } from "./cogvlm.ts";
import { gemma4 } from "./gemma4.ts";
import { glm4v } from "./glm4v.ts";
import { internvl } from "./internvl.ts";
import { kimiVl } from "./kimi-vl.ts";
import { llama4 } from "./llama4.ts";
import { llava } from "./llava.ts";
import { minicpm } from "./minicpm.ts";
import { pixtral } from "./pixtral.ts";
import { qwen2vl, qwen3vl } from "./qwen-vl.ts";
import { siglip } from "./siglip.ts";
import { whisper } from "./whisper.ts";

/** The graphs that are written down, by kind of projector and what it reads. */
export function towerGraph(
  type: string,
  modality: "vision" | "audio",
): ((builder: TowerBuilder) => GraphTensor) | undefined {
  const graphs = modality === "vision" ? VISION : AUDIO;
  return Object.hasOwn(graphs, type) ? graphs[type] : undefined;
}

type Build = (builder: TowerBuilder) => GraphTensor;

const VISION: Readonly<Record<string, Build>> = {
  cogvlm,
  gemma3: siglip,
  gemma4v: gemma4,
  glm4v,
  glm5v: glm4v,
  idefics3: siglip,
  internvl,
  janus_pro: siglip,
  kimik25: kimiVl,
  kimivl: kimiVl,
  lfm2: siglip,
  lightonocr: pixtral,
  llama4,
  mlp: llava,
  phi4: siglip,
  pixtral,
  "qwen2.5o": qwen2vl,
  "qwen2.5vl_merger": qwen2vl,
  qwen2vl_merger: qwen2vl,
  qwen3vl_merger: qwen3vl,
  resampler: minicpm,
};

const AUDIO: Readonly<Record<string, Build>> = {
  glma: whisper,
  meralion: whisper,
  musicflamingo: whisper,
  "qwen2.5o": whisper,
  qwen2a: whisper,
  ultravox: whisper,
  voxtral: whisper,
};
