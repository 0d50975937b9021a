import type { Host } from "../../hardware/index.ts";
import type { RuntimeId } from "./kernel.ts";

/** Something said of a program, and who says or measured it. */
export interface Reason {
  readonly says: string;
  readonly source: string;
  readonly date: string;
}

/** A program that runs language models, as far as choosing one needs it. */
export interface RuntimeRow {
  readonly id: RuntimeId;
  readonly title: string;
  /** newest that was read */
  readonly version: string;
  readonly systems: readonly Host["os"][];
  readonly formats: readonly ("gguf" | "server" | "mlx" | "exl")[];
  /** new sequences join a running batch whose cache is paged; slots: each sequence has a fixed part of the cache */
  readonly batching: "continuous" | "slots";
  /** layers or experts may stay on the CPU */
  readonly offloads: boolean;
  /** no longer developed, since when */
  readonly retired?: string;
  /** architectures it knows, by GGUF's names, where its list was read; absent: look in its own */
  readonly architectures?: readonly string[];
  /** what speaks for it, and what it costs; the first of each is the weightiest */
  readonly strengths: readonly Reason[];
  readonly costs: readonly Reason[];
}

const DATE = "2026-11-22";
const RIG = "LottoLottoLotto/4x3090-llm-benchmarks, Gemma 4 12B on one RTX 3090, 512 tokens in";
const said = (says: string, source: string, date = DATE): Reason => ({ says, source, date });

/** In the order in which they are named where nothing else decides. */
export const RUNTIME_ROWS: readonly RuntimeRow[] = [
  {
    id: "llama.cpp",
    title: "llama.cpp",
    version: "b11434",
    systems: ["linux", "win32", "darwin"],
    formats: ["gguf"],
    batching: "slots",
    offloads: true,
    strengths: [
      said(
        "runs on every kind of chip, and layers or experts that do not fit stay on the CPU",
        "llama.cpp b11434, docs/ops.md and -ngl, -ncmoe",
      ),
      said(
        "about 30 file types from 1.6 to 16 bits: the finest choice of size for a card",
        "llama.cpp b11434, src/llama-quant.cpp",
      ),
      said("its memory is predicted here to the byte, its speed with a band", "this program's accuracy table"),
    ],
    costs: [
      said("little gain from many users: Q4_K_M went from 46.9 tok/s at 1 to 127 at 16 streams (2.7 times)", RIG),
      said(
        "every slot owns its part of the context, used or not, unless the cache is unified",
        "llama.cpp b11434, tools/server",
      ),
    ],
  },
  {
    id: "ollama",
    title: "Ollama",
    version: "0.17.4",
    systems: ["linux", "win32", "darwin"],
    formats: ["gguf"],
    batching: "slots",
    offloads: true,
    strengths: [
      said("one command fetches and starts a model; the kernels are llama.cpp's", "Ollama v0.17.4, built and run"),
    ],
    costs: [
      said(
        "no lanes and one request at a time unless OLLAMA_NUM_PARALLEL says more; the 513th waiting request gets 503",
        "Ollama PR 4144 and server defaults",
      ),
      said(
        "it replaces the template of a file: 16 prompt tokens where llama-server had 37",
        "Ollama v0.17.4, SmolLM2, run",
      ),
      said("fewer settings than llama-server: no -ot, -ts, draft or cache types by side", "Ollama v0.17.4"),
    ],
  },
  {
    id: "vllm",
    title: "vLLM",
    version: "0.33",
    systems: ["linux"],
    formats: ["server"],
    batching: "continuous",
    offloads: false,
    strengths: [
      said("many users: AWQ went from 53.1 tok/s at 1 to 591 at 16 and 1181 at 128 streams (11 and 22 times)", RIG),
      said(
        "pages of cache are given out as they are needed, equal beginnings are shared, adapters are swapped while it runs",
        "vLLM documentation 0.32",
      ),
    ],
    costs: [
      said(
        "the model has to fit the cards whole, with 16-bit embeddings and a share of memory taken in advance (0.92)",
        "vLLM 0.21 and later, gpu_memory_utilization",
      ),
      said(
        "about 90 s from start to ready (a small model on a processor), and no Windows without WSL",
        "vLLM 0.32, run; installation page",
      ),
      said("GGUF only through a plugin since 0.26, which calls itself experimental", "vllm-gguf-plugin"),
    ],
  },
  {
    id: "sglang",
    title: "SGLang",
    version: "0.5.23",
    systems: ["linux"],
    formats: ["server"],
    batching: "continuous",
    offloads: false,
    strengths: [
      said(
        "many users whose prompts share long beginnings: they are kept in a tree",
        "SGLang documentation, RadixAttention",
      ),
      said(
        "server formats of Hopper, Blackwell and Instinct, with a choice of GEMM back ends",
        "SGLang documentation, quantization",
      ),
    ],
    costs: [
      said(
        "every GPU kernel package is a hard requirement: no CPU, older cards are not named",
        "sglang 0.5.23, PyPI metadata",
      ),
      said("sizes its cache from what is free before the weights are loaded", "SGLang server_args.py"),
    ],
  },
  {
    id: "exllama",
    title: "ExLlamaV3 (TabbyAPI)",
    version: "1.6.5",
    systems: ["linux", "win32"],
    formats: ["exl"],
    batching: "continuous",
    offloads: true,
    architectures: [
      "llama",
      "qwen2",
      "qwen3",
      "qwen3moe",
      "qwen3next",
      "qwen3vl",
      "qwen3vlmoe",
      "qwen35",
      "qwen35moe",
      "gemma2",
      "gemma3",
      "gemma4",
      "glm4",
      "glm4moe",
      "gpt-oss",
      "mistral3",
      "phi3",
      "command-r",
      "cohere2",
      "dots1",
      "ernie4_5",
      "ernie4_5-moe",
      "exaone4",
      "minimax-m2",
      "nemotron_h",
      "nemotron_h_moe",
      "olmo2",
      "seed_oss",
      "smollm3",
      "deci",
      "apertus",
      "afmoe",
      "arcee",
      "lfm2moe",
      "step35",
    ],
    strengths: [
      said("any width from 2 to 8 bits in steps of a fraction, so that a model fills a card", "exllamav3 doc/exl3.md"),
      said(
        "at low widths its loss is small: MiniMax-M2 at 3.04 bits has KL divergence 0.117, at 4.03 0.077",
        "turboderp MiniMax-M2-exl3 card",
      ),
    ],
    costs: [
      said(
        "Turing and later, and RDNA on Linux; not Apple, Intel or data-centre AMD",
        "exllamav3 1.6 build matrix; tabbyAPI wiki 2026-10-09",
      ),
      said(
        "speed on Ampere falls behind the bits: 16 to 48 tok/s for Qwen3.6-27B at 6.0 bits on 3090s, by settings",
        "LottoLottoLotto/4x3090-llm-benchmarks, exl3-ab",
      ),
    ],
  },
  {
    id: "mlx",
    title: "MLX (mlx-lm)",
    version: "mlx-lm of 2026-08",
    systems: ["darwin"],
    formats: ["mlx"],
    batching: "slots",
    offloads: false,
    strengths: [
      said(
        "made for Apple's chips: weights are read where they lie, adapters can be trained with the same package",
        "mlx-lm `convert.py`, `lora.py`",
      ),
    ],
    costs: [
      said(
        "uniform widths leave more loss than mixes: 26B-A4B plain 4.4 bits KL 0.0878, a tuned mix of the same size 0.0163",
        "unsloth MLX card of Gemma 4 26B-A4B",
      ),
      said("its memory is not predicted here", "this program"),
    ],
  },
  {
    id: "tgi",
    title: "TGI",
    version: "3.3.7",
    systems: ["linux"],
    formats: ["server", "exl"],
    batching: "continuous",
    offloads: false,
    retired: "in maintenance since 2025-12-11, archived 2026-03-21",
    strengths: [said("continuous batching with few settings, for services that run it already", "TGI documentation")],
    costs: [
      said(
        "its makers point to vLLM, SGLang, llama.cpp and MLX for anything new",
        "TGI documentation, maintenance notice",
        "2025-12-11",
      ),
      said("no Blackwell kernels, no new architectures", "TGI 3.3.7, the last release", "2025-12-19"),
    ],
  },
];
