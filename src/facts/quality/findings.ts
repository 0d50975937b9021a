/** What is published about a scheme over several models: no figure of any one model. */
export interface QualityFinding {
  readonly schemes: readonly string[];
  readonly says: string;
  readonly source: string;
  readonly date: string;
}

const ARXIV = "arXiv 2411.02355 (Llama 3.1 8B, 70B, 405B; more than 500,000 evaluations)";

export const QUALITY_FINDINGS: readonly QualityFinding[] = [
  {
    schemes: ["fp8", "fp8-block"],
    says: "no loss that evaluations could see at any size",
    source: ARXIV,
    date: "2024-11",
  },
  { schemes: ["int8"], says: "1 to 3% lower scores", source: ARXIV, date: "2024-11" },
  { schemes: ["w4a16", "w4a16-g32", "gptq", "awq"], says: "close to INT8 W8A8", source: ARXIV, date: "2024-11" },
  {
    schemes: ["nvfp4", "nvfp4-ffn"],
    says: "less than 1% below FP8 on large models; up to 0.6 points below BF16 over five tasks, level with AWQ",
    source: "NVIDIA's model cards and one independent study",
    date: "2026-11-22",
  },
  {
    schemes: ["mxfp4", "MXFP4_MOE"],
    says: "fine where the maker trained for it (gpt-oss, DeepSeek V4); made afterwards it is worse than K-quants of the same size",
    source: "unsloth Qwen3.5 GGUF benchmarks",
    date: "2026-02",
  },
];

/** Where a loss shows first: the edge cases that averages hide. */
export interface QualityWarning {
  readonly id: "long reasoning" | "strict formatting" | "multilingual";
  /** a scheme with fewer bits a weight than this is warned of */
  readonly belowBits: number;
  readonly says: string;
  readonly evidence: string;
  readonly source: string;
  readonly date: string;
}

export const QUALITY_WARNINGS: readonly QualityWarning[] = [
  {
    id: "long reasoning",
    belowBits: 5,
    says: "each token builds on those before it, so small errors add up over thousands of them",
    evidence: "long documents lost most already at Q8_0 (KL 0.466 against 0.16 over all, Gemma 4 31B)",
    source: "localbench via thefactum.ai",
    date: "2026-04",
  },
  {
    id: "strict formatting",
    belowBits: 3.5,
    says: "one wrong token breaks a command or a JSON object",
    evidence: "shell commands: 84.8 at F16 and IQ3_XS, 76.8 at UD-IQ2_XXS, 58.6 at plain Q2_K (NL2Bash, Gemma 4 31B)",
    source: "pearsonkyle gemma-4-31b card",
    date: "2026-11-22",
  },
  {
    id: "multilingual",
    belowBits: 5,
    says: "calibration texts are mostly English, so that other scripts lose first",
    evidence: "non-Latin text: KL 0.222 at Q8_0 against 0.16 over all (Gemma 4 31B)",
    source: "localbench via thefactum.ai",
    date: "2026-04",
  },
];
