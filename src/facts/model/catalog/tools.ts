/** Whether a model's chat template has a place for tools. */
export interface ToolsFacts {
  readonly tools: boolean;
  readonly source: string;
}

/**
 * Series by their repositories' names, with the chat template that says it: those that llama.cpp b11434 carries
 * (`models/templates/NAME.jinja`). A template stands for the models of its series, no further; what no row names is not known.
 */
const ROWS: readonly (readonly [series: RegExp, template: string, tools?: false])[] = [
  [/^Qwen\/Qwen2\.5-\d/, "Qwen-Qwen2.5-7B-Instruct"],
  [/^Qwen\/Qwen3-\d/, "Qwen-Qwen3-0.6B"],
  [/^Qwen\/Qwen3-Coder/, "Qwen3-Coder"],
  [/^Qwen\/Qwen3\.5-/, "Qwen3.5-4B"],
  [/^openai\/gpt-oss-/, "openai-gpt-oss-120b"],
  [/^google\/gemma-4-/, "google-gemma-4-31B-it"],
  [/^google\/gemma-2-/, "google-gemma-2-2b-it", false],
  [/^meta-llama\/(Meta-)?Llama-3\.1-/, "meta-llama-Llama-3.1-8B-Instruct"],
  [/^meta-llama\/Llama-3\.2-[13]B-/, "meta-llama-Llama-3.2-3B-Instruct"],
  [/^meta-llama\/Llama-3\.3-/, "meta-llama-Llama-3.3-70B-Instruct"],
  [/^deepseek-ai\/DeepSeek-R1-Distill-Qwen-/, "deepseek-ai-DeepSeek-R1-Distill-Qwen-32B", false],
  [/^deepseek-ai\/DeepSeek-V3\.2/, "deepseek-ai-DeepSeek-V3.2"],
  [/^deepseek-ai\/DeepSeek-V4-/, "deepseek-ai-DeepSeek-V4"],
  [/^ibm-granite\/granite-3\.3-/, "ibm-granite-granite-3.3-2B-Instruct"],
  [/^ibm-granite\/granite-4\.0-/, "ibm-granite-granite-4.0"],
  [/^ibm-granite\/granite-4\.1-/, "ibm-granite-granite-4.1"],
  [/^LiquidAI\/LFM2-8B-A1B/, "LFM2-8B-A1B"],
  [/^LiquidAI\/LFM2\.5-8B-A1B/, "LFM2.5-8B-A1B"],
  [/^moonshotai\/Kimi-K2-Instruct/, "Kimi-K2-Instruct"],
  [/^moonshotai\/Kimi-K3/, "Kimi-K3"],
  [/^MiniMaxAI\/MiniMax-M1/, "MiniMax-M1"],
  [/^MiniMaxAI\/MiniMax-M2/, "MiniMax-M2"],
  [/^MiniMaxAI\/MiniMax-M3/, "MiniMax-M3"],
  [/^mistralai\/Mistral-Small-3\.2-/, "Mistral-Small-3.2-24B-Instruct-2506"],
  [/^mistralai\/Mistral-Nemo-/, "mistralai-Mistral-Nemo-Instruct-2407"],
  [/^mistralai\/Ministral-3-/, "mistralai-Ministral-3-14B-Reasoning-2512"],
  [/^nvidia\/NVIDIA-Nemotron-3-Nano-30B/, "NVIDIA-Nemotron-3-Nano-30B-A3B-BF16"],
  [/^nvidia\/NVIDIA-Nemotron-Nano-(9|12)B-v2/, "NVIDIA-Nemotron-Nano-v2"],
  [/^ByteDance-Seed\/Seed-OSS-/, "ByteDance-Seed-OSS"],
  [/^swiss-ai\/Apertus-/, "Apertus-8B-Instruct"],
  [/^zai-org\/GLM-4\.7-Flash/, "GLM-4.7-Flash"],
  [/^poolside\/Laguna-XS\.2/, "poolside-Laguna-XS.2"],
  [/^upstage\/Solar-Open-100B/, "upstage-Solar-Open-100B"],
  [/^meta\/Muse-Glimmer-/, "muse-glimmer"],
  [/^CohereLabs\/c4ai-command-r7b-12-2024/, "CohereForAI-c4ai-command-r7b-12-2024-tool_use"],
  [/^CohereLabs\/c4ai-command-r-plus/, "CohereForAI-c4ai-command-r-plus-tool_use"],
];

/** By the repository's name; `undefined` where no published template was seen. */
export function toolsFacts(id: string): ToolsFacts | undefined {
  const row = ROWS.find(([series]) => series.test(id));
  if (!row) return undefined;
  const [, template, tools = true] = row;
  return { tools, source: `chat template ${template}, as carried by llama.cpp b11434 (MIT)` };
}
