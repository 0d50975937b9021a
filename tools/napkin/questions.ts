import { modelCatalog, tensorList } from "../../src/facts/model/index.ts";
import { llamaCppArchitectures } from "../../src/predict/memory/index.ts";

/** Given 24 GB: the question the guide asks. */
export const EXAMPLE = ["explain", "Qwen/Qwen3-8B:Q8_0", "--vram", "24GB", "--context", "8k", "--users", "4"] as const;

const RIGS: readonly (readonly string[])[] = [
  ["--gpu", "rtx-3090"],
  ["--gpu", "rtx-4060-ti-16gb", "--ram", "64GB:ddr5-5600"],
  ["--gpu", "2xrtx-3090", "--ram", "128GB"],
  ["--gpu", "rtx-5090", "--ram", "96GB:ddr5-6000"],
  ["--gpu", "rx-7900-xtx", "--backend", "vulkan"],
  ["--gpu", "apple-m4-max-40:128GB"],
  ["--vram", "12GB", "--ram", "32GB:ddr4-3200"],
  ["--ram", "64GB:ddr5-5600"],
];
const FILE_TYPES = ["Q4_K_M", "Q5_K_M", "Q6_K", "Q8_0", "IQ4_XS", "Q4_0"];
const CONTEXTS = ["2k", "4k", "8k", "16k", "32k"];
const SETTINGS: readonly (readonly string[])[] = [
  [],
  ["--users", "4"],
  ["--kv-type", "q8_0"],
  ["--micro-batch", "256"],
  ["--gpu-layers", "12"],
  ["--goal", "batch"],
  ["--goal", "mixed"],
  ["--goal", "finetune"],
  ["--runtime", "llama-server"],
  ["--prompt", "4k"],
  ["--prompt", "2k", "--cached", "90%"],
  ["--draft", "ngram"],
  ["--draft", "ngram", "--draft-tokens", "8", "--acceptance", "0.6", "--users", "4"],
];

/** Questions drawn from the catalog's models, rigs and settings: what to type behind `loadout`. */
export async function questions(random: () => number, count: number): Promise<string[][]> {
  const { MODELS, geometryFromRow } = await modelCatalog();
  const replayed = new Set(llamaCppArchitectures());
  const known = MODELS.filter((row) => {
    const geometry = geometryFromRow(row);
    return geometry && tensorList(geometry) !== undefined && replayed.has(geometry.architecture);
  });
  const one = <Each>(list: readonly Each[]): Each => list[Math.floor(random() * list.length)]!;
  return Array.from({ length: count }, () => {
    const { id } = one(known);
    return ["explain", `${id}:${one(FILE_TYPES)}`, ...one(RIGS), "--context", one(CONTEXTS), ...one(SETTINGS)];
  });
}
