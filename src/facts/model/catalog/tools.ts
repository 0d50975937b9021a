/** Whether a model takes tools: its chat template has a place for them, or a server parses its calls. */
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
  // all variants of the series use one format (`tests/test-chat.cpp`)
  [/^LiquidAI\/LFM2-/, "LFM2-8B-A1B"],
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
  [/^tencent\/Hy3/, "tencent-Hy3"],
  [/^inclusionAI\/Ling-3\.0-/, "inclusionai-ling-3.0-flash"],
  [/^poolside\/Laguna-S-2\.1/, "poolside-Laguna-S-2.1"],
  [/^stepfun-ai\/Step-3\.5-Flash/, "StepFun3.5-Flash"],
  // the template names itself
  [/^CohereLabs\/North-Mini-Code/, "Cohere2MoE"],
  [/^microsoft\/Phi-3\.5-/, "microsoft-Phi-3.5-mini-instruct", false],
  [/^CohereLabs\/c4ai-command-r7b-12-2024/, "CohereForAI-c4ai-command-r7b-12-2024-tool_use"],
  [/^CohereLabs\/c4ai-command-r-plus/, "CohereForAI-c4ai-command-r-plus-tool_use"],
];

/** Templates written out in llama.cpp's own tests (`tests/test-chat-template.cpp`, b11434): these have no place for tools. */
const WITHOUT: readonly (readonly [series: RegExp, template: string])[] = [
  [/^meta-llama\/Meta-Llama-3-/, "Llama-3"],
  [/^microsoft\/Phi-3-mini-/, "Phi-3-mini"],
  [/^microsoft\/Phi-3-medium-/, "Phi-3-medium"],
  [/^microsoft\/phi-4$/, "phi-4"],
  [/^google\/gemma-[27]b-it/, "google/gemma-7b-it"],
  [/^deepseek-ai\/deepseek-coder-/, "deepseek-ai/deepseek-coder-33b-instruct"],
  [/^deepseek-ai\/DeepSeek-(Coder-)?V2-/, "DeepSeek-V2"],
];

const LLAMACPP_TABLE = "its template's format in docs/function-calling.md of llama.cpp b11434 (October 2026)";
const VLLM_DOCS = "docs/features/tool_calling.md of vLLM at commit 0064cc9c, read 2026-11-25";
const SGLANG_PARSERS = "the tool parsers' table of SGLang's documentation at commit 27d1b7fc, read 2026-11-25";
const SGLANG_COOKBOOK = "a tool parser on its page of SGLang's cookbook, read 2026-11-25";

/** What servers' documentation and publishers say, where no template was seen. */
const SAID: readonly (readonly [series: RegExp, tools: boolean, source: string])[] = [
  [/^Qwen\/Qwen2\.5-VL-/, true, LLAMACPP_TABLE],
  [/^meta-llama\/Llama-3\.2-11B-Vision-/, true, LLAMACPP_TABLE],
  [/^mistralai\/Mistral-7B-Instruct-v0\.3/, true, LLAMACPP_TABLE],
  [/^meta-llama\/Llama-4-/, true, VLLM_DOCS],
  [/^ibm-granite\/granite-3\.1-/, true, VLLM_DOCS],
  [/^tencent\/Hunyuan-A13B-Instruct/, true, VLLM_DOCS],
  [/^zai-org\/GLM-4\.5-Air/, true, VLLM_DOCS],
  [/^zai-org\/GLM-4\.7$/, true, VLLM_DOCS],
  [/^allenai\/Olmo-3-7B-Instruct/, true, VLLM_DOCS],
  [/^zai-org\/GLM-5\.1/, true, "vLLM's recipe for GLM-5 and GLM-5.1, read 2026-11-25"],
  [/^deepseek-ai\/DeepSeek-V4\.1-/, true, "the parser deepseek_v41 of vLLM v0.31.0, read 2026-11-25"],
  [/^Qwen\/Qwen3-VL-/, true, SGLANG_PARSERS],
  [/^Qwen\/Qwen3-Next-/, true, SGLANG_PARSERS],
  [/^Qwen\/Qwen3\.6-/, true, SGLANG_COOKBOOK],
  [/^moonshotai\/Kimi-K2\.6/, true, SGLANG_COOKBOOK],
  [/^moonshotai\/Kimi-Linear-/, true, SGLANG_COOKBOOK],
  [/^mistralai\/Devstral-2-/, true, SGLANG_COOKBOOK],
  [/^XiaomiMiMo\/MiMo-V2-Flash/, true, "its publisher's repository, on tool calls of several turns, read 2026-11-25"],
  [/^LGAI-EXAONE\/EXAONE-4\.0-/, true, "the documentation of transformers: agentic tool use, read 2026-11-25"],
  [/^nvidia\/NVIDIA-Nemotron-3-Super-/, true, "the parser nemotron_v3 of vLLM's documentation, read 2026-11-25"],
  [/^nvidia\/NVIDIA-Nemotron-3-Ultra-/, true, "tagged tools in Ollama's library, read 2026-11-25"],
  [/^mistralai\/Mixtral-8x22B-Instruct-/, true, "Anyscale's page of it: native function calling, read 2026-11-25"],
  [/^google\/gemma-3-/, false, "its template and capabilities in Ollama's pull request 10066 (March 2025)"],
  [/^HuggingFaceTB\/SmolLM2-135M-/, false, "the chat template in the header of its Q4_1 file"],
];

/** By the repository's name; `undefined` where nothing published was seen. */
export function toolsFacts(id: string): ToolsFacts | undefined {
  const row = ROWS.find(([series]) => series.test(id));
  if (row) {
    const [, template, tools = true] = row;
    return { tools, source: `chat template ${template}, as carried by llama.cpp b11434 (MIT)` };
  }
  const without = WITHOUT.find(([series]) => series.test(id));
  if (without) return { tools: false, source: `chat template ${without[1]} in the tests of llama.cpp b11434 (MIT)` };
  const said = SAID.find(([series]) => series.test(id));
  return said && { tools: said[1], source: said[2] };
}
