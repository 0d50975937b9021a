/** Where facts of rows come from. */
export const SOURCES = {
  aiconfigurator: "published config.json, as carried by aiconfigurator, commit 095f58a5 (NVIDIA, Apache-2.0)",
  llmfit: "configuration fields and totals listed by llmfit, commit a3e0eb2 (AlexsJones)",
  gallery: "dates, licences, contexts and layers of the LLM architecture gallery, commit 0608b145 (rasbt)",
  litgpt: "litgpt's model configurations, commit 26857050 (Lightning AI, Apache-2.0)",
  transformers: "configuration classes of transformers (Hugging Face, Apache-2.0)",
  maxtext: "maxtext's model configurations (AI-Hypercomputer, Apache-2.0)",
  llmvram: "llmvram's table of models (fjacquet)",
  ollama: "ollama's list of integrated models and issues (MIT)",
  "llama.cpp": "logs in issues of llama.cpp (MIT)",
  "ik-llama.cpp": "ik_llama.cpp's source and issues (MIT)",
  config: "published config.json",
  card: "the publisher's model card or page",
  recalled: "recalled; its count of weights agrees with the published total",
  slime: "slime's model scripts",
  "tt-metal": "config.json carried by tt-metal (Tenstorrent, Apache-2.0)",
  thunder: "published configuration carried by thunder_model_blocks",
  "attention-mechanisms": "configuration carried by attention-mechanisms",
  aprender: "published configuration quoted in an issue of aprender",
} as const;

export type Source = keyof typeof SOURCES;
