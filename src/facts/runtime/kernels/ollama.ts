import type { ChipRule, KernelRow } from "./kernel.ts";
import { LLAMACPP_KERNELS } from "./llamacpp.ts";

/** What Ollama's builds carry: fewer chips than llama.cpp has kernels for. */
const CHIPS: readonly { readonly backend: string; readonly on: (rule: ChipRule) => ChipRule | undefined }[] = [
  { backend: "cuda", on: (rule) => rule },
  {
    backend: "rocm",
    on: ({ targets = [], ...rule }) => {
      const kept = targets.filter((start) => ROCM_TARGETS.some((target) => target.startsWith(start)));
      return kept.length === 0 ? undefined : { ...rule, targets: kept };
    },
  },
  { backend: "metal", on: (rule) => rule },
  { backend: "vulkan", on: (rule) => rule },
  { backend: "cpu", on: (rule) => rule },
];

const ROCM_TARGETS = ["gfx908", "gfx90a", "gfx942", "gfx950", "gfx101", "gfx103", "gfx110", "gfx115", "gfx120"];

/** The kernels are those of the llama.cpp that is built into it; its build says on which chips they are there. */
export const OLLAMA_KERNELS: readonly KernelRow[] = LLAMACPP_KERNELS.flatMap((row): KernelRow[] => {
  const [backend] = row.on.backends ?? [];
  const on = CHIPS.find((chip) => chip.backend === backend)?.on(row.on);
  if (on === undefined) return [];
  return [
    {
      ...row,
      runtime: "ollama",
      versions: "0.17 and later",
      on,
      source: `Ollama \`docs/gpu.mdx\` (chips); ${row.source}`,
      date: "2026-10",
    },
  ];
});
