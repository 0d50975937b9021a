import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startHub } from "../../../../tools/hub-stand-in.ts";
import { type DraftSafetensor, writeSafetensors } from "../../../facts/weights/testing/safetensors.ts";
import { askingHome } from "./testing/home.ts";

/** A small Qwen 3 of dimensions of my own. */
const [WIDTH, LENGTH, VOCABULARY, LAYERS] = [256, 512, 20_000, 2];
const CONFIG = {
  architectures: ["Qwen3ForCausalLM"],
  model_type: "qwen3",
  hidden_size: WIDTH,
  intermediate_size: LENGTH,
  num_hidden_layers: LAYERS,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 64,
  vocab_size: VOCABULARY,
  max_position_embeddings: 40_960,
  tie_word_embeddings: true,
};
const layer = (index: number): DraftSafetensor[] => {
  const named = (name: string, ...shape: number[]): DraftSafetensor => [
    `model.layers.${index}.${name}.weight`,
    "BF16",
    shape,
  ];
  return [
    named("self_attn.q_proj", WIDTH, WIDTH),
    named("self_attn.k_proj", 128, WIDTH),
    named("self_attn.v_proj", 128, WIDTH),
    named("self_attn.o_proj", WIDTH, WIDTH),
    named("self_attn.q_norm", 64),
    named("self_attn.k_norm", 64),
    named("mlp.gate_proj", LENGTH, WIDTH),
    named("mlp.up_proj", LENGTH, WIDTH),
    named("mlp.down_proj", WIDTH, LENGTH),
    named("input_layernorm", WIDTH),
    named("post_attention_layernorm", WIDTH),
  ];
};
const embedding: DraftSafetensor = ["model.embed_tokens.weight", "BF16", [VOCABULARY, WIDTH]];
const norm: DraftSafetensor = ["model.norm.weight", "BF16", [WIDTH]];
const shards: readonly (readonly DraftSafetensor[])[] = [
  [embedding, ...layer(0)],
  [...layer(1), norm],
];
const PARAMETERS = shards.flat().reduce((sum, [, , shape]) => sum + shape.reduce((a, b) => a * b, 1), 0);

function bytesOf(tensors: readonly DraftSafetensor[]): Uint8Array {
  const { header, fileBytes } = writeSafetensors(tensors);
  const bytes = new Uint8Array(fileBytes);
  bytes.set(header);
  return bytes;
}

const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const nameOf = (shard: number) => `model-0000${shard + 1}-of-00002.safetensors`;
const FILES: Readonly<Record<string, Uint8Array>> = {
  "config.json": text(CONFIG),
  "model.safetensors.index.json": text({
    metadata: { total_size: 2 * PARAMETERS },
    weight_map: Object.fromEntries(shards.flatMap((tensors, at) => tensors.map(([name]) => [name, nameOf(at)]))),
  }),
  ...Object.fromEntries(shards.map((tensors, at) => [nameOf(at), bytesOf(tensors)])),
};

async function folderWith(files: Readonly<Record<string, Uint8Array>>) {
  const home = await askingHome();
  const folder = join(home.folder, "My-Qwen");
  await mkdir(folder);
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
  return { ...home, at: (name = "") => (name ? join(folder, name) : folder) };
}

test.each(["", "config.json", "model.safetensors.index.json", nameOf(0)])(
  "a folder (by %j) is a model of its configuration, its headers set against it",
  async (file) => {
    await using here = await folderWith(FILES);
    const weights = await here.ask(here.at(file));
    expect(weights.facts).toMatchObject({
      name: "My-Qwen",
      architecture: "qwen3",
      parameters: PARAMETERS,
      quantization: "Q4_K_M",
      contextLength: 40_960,
      sizesFrom: "formula",
    });
    const said = weights.assumptions!.join("; ");
    expect(said).toContain("its own files are BF16, 12.");
    expect(said).toContain("by the recipe of Q4_K_M");
    expect(said).not.toContain("another model's");
    expect((await here.ask(weights.argument)).facts).toEqual(weights.facts);
    expect((await here.ask(here.at(file), "Q8_0")).facts.quantization).toBe("Q8_0");
  },
);

test("a configuration alone is enough, also under another name", async () => {
  await using here = await folderWith({ "other.json": FILES["config.json"]! });
  const { facts, assumptions } = await here.ask(here.at("other.json"), "F16");
  expect(facts).toMatchObject({ name: "other", parameters: PARAMETERS, quantization: "F16" });
  expect(assumptions).toHaveLength(1);
});

test("weights that are not the configuration's are said to be", async () => {
  const { "model.safetensors.index.json": _, ...files } = FILES;
  await using here = await folderWith({
    "config.json": files["config.json"]!,
    "model.safetensors": bytesOf([embedding, norm, ["model.layers.0.mlp.up_proj.weight", "BF16", [4096, 4096]]]),
  });
  expect((await here.ask(here.at())).assumptions!.join()).toContain("another model's");
});

test("a folder without a configuration, and one that is no model's, are wrong questions", async () => {
  await using here = await folderWith({ "x.txt": text("x"), "list.json": text([1]) });
  await expect(here.ask(here.at())).rejects.toMatchObject({ exitCode: 2 });
  await expect(here.ask(here.at("list.json"))).rejects.toMatchObject({ code: "config-not-a-model" });
  await expect(here.ask(here.at("x.txt"))).rejects.toMatchObject({ exitCode: 2 });
});

test("a repository of safetensors is read by its headers, a few kB of each shard, and kept", async () => {
  await using home = await askingHome();
  const files = Object.fromEntries(Object.entries(FILES).map(([name, bytes]) => [`o/My-Qwen/${name}`, { bytes }]));
  await using hub = await startHub({ files });
  await using here = await askingHome(undefined, { HF_ENDPOINT: hub.endpoint, LOADOUT_HOME: home.folder });
  const weights = await here.ask("hf:o/My-Qwen");
  expect(weights.argument).toBe("hf:o/My-Qwen:Q4_K_M");
  expect(weights.facts).toMatchObject({ name: "My-Qwen", parameters: PARAMETERS, sizesFrom: "formula" });
  expect(weights.facts.source).toMatch(/^the configuration at 127\.0\.0\.1:\d+\/o\/My-Qwen, commit 0123456$/);
  const sent = hub.seen.filter(({ server }) => server === "content").reduce((sum, entry) => sum + entry.sentBytes, 0);
  expect(sent).toBeLessThan(300_000);
  hub.seen.length = 0;
  expect(await here.ask("hf:o/My-Qwen:Q4_K_M")).toMatchObject({ facts: weights.facts });
  expect((await here.ask(`${hub.endpoint}/o/My-Qwen/blob/main/config.json`)).facts).toEqual(weights.facts);
  expect(hub.seen.map(({ path }) => path)).toEqual(
    Array.from({ length: 2 }, () => "api/models/o/My-Qwen/revision/main"),
  );
});

test("an address of a configuration is enough", async () => {
  await using here = await askingHome();
  await using other = await startHub({ files: { "o/n/config.json": { bytes: FILES["config.json"]! } }, direct: true });
  const url = `${other.endpoint}/o/n/resolve/main/config.json`;
  expect(await here.ask(url, "Q6_K")).toMatchObject({
    argument: url,
    facts: { parameters: PARAMETERS, quantization: "Q6_K" },
  });
});
