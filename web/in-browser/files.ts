import { createHash } from "node:crypto";
import { closeSync, ftruncateSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { type Geometry, modelDraft } from "../../src/facts/model/index.ts";
import { type DraftValue, writeGguf } from "../../src/facts/weights/index.ts";
import { samples } from "../../tools/damage.ts";

const TOKENS = 150_000;
const MERGES = 280_000;
const LAYERS = 64;

/** A model with a vocabulary whose header takes 9 MB; the weights are a hole in the file. Gives the header's bytes. */
export function writeLargeGguf(path: string): number {
  const geometry: Geometry = {
    architecture: "llama",
    name: "Large header",
    embeddingLength: 4096,
    vocabularySize: TOKENS,
    contextLength: 32_768,
    tiedEmbeddings: false,
    layers: Array.from({ length: LAYERS }, () => ({
      kind: "trunk",
      mixer: { kind: "attention", span: "full", heads: 32, kvHeads: 8, keyLength: 128, valueLength: 128 },
      feedForward: { kind: "dense", length: 14_336, gated: true },
    })),
  };
  const strings = (count: number, each: (index: number) => string): DraftValue => ({
    type: "array",
    of: "string",
    values: Array.from({ length: count }, (_, index) => each(index)),
  });
  const draft = modelDraft(geometry, () => "Q4_K");
  const own = [...draft.metadata].filter(([key]) => !key.startsWith("tokenizer.ggml."));
  const { header, fileBytes } = writeGguf({
    ...draft,
    metadata: [
      ...own,
      ["tokenizer.ggml.model", { type: "string", value: "gpt2" }],
      ["tokenizer.ggml.tokens", strings(TOKENS, (index) => `a token ${index.toString(36)}`)],
      ["tokenizer.ggml.token_type", { type: "array", of: "i32", values: Array.from({ length: TOKENS }, () => 1) }],
      [
        "tokenizer.ggml.merges",
        strings(MERGES, (index) => `${index.toString(36)} ${(index * 7919 + 1e6).toString(36)}`),
      ],
    ],
  });
  const file = openSync(path, "w");
  writeSync(file, header);
  ftruncateSync(file, fileBytes);
  closeSync(file);
  return header.length;
}

/** A small whole GGUF file in the newest form. */
export function smallGguf(): Uint8Array {
  const { header, fileBytes } = samples()[4]!;
  const whole = new Uint8Array(fileBytes);
  whole.set(header);
  return whole;
}

/** Files that cannot be read, each with the name of the file that is complained of. */
export function writeDamaged(folder: string): { readonly path: string; readonly blamed: string }[] {
  const good = smallGguf();
  const counts = good.slice();
  counts.set([255, 255, 255, 255, 255, 255, 255, 127], 8);
  const text = (words: string) => new TextEncoder().encode(words);
  const files: readonly (readonly [name: string, bytes: Uint8Array])[] = [
    ["cut.gguf", good.slice(0, 200)],
    ["counts.gguf", counts],
    ["empty.gguf", new Uint8Array(0)],
    ["page.gguf", text("<!doctype html><title>not here</title>")],
    ["noise.gguf", createHash("sha256").update("noise").digest()],
    ["broken.json", text('{"model_type": ')],
    ["other.json", text('{"a": 1}')],
    ["cut.safetensors", text("\u0010")],
  ];
  return files.map(([name, bytes]) => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    // what lies beside weights says which model they are, and here nothing does
    return { path, blamed: name.endsWith(".safetensors") ? "config.json" : name };
  });
}

/** A model as it is published: a configuration, and a header of safetensors beside it whose data are a hole. */
export function writeRepository(folder: string): string[] {
  const [hidden, inner, vocabulary, layers] = [64, 96, 300, 2];
  const config = {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    hidden_size: hidden,
    intermediate_size: inner,
    num_hidden_layers: layers,
    num_attention_heads: 2,
    num_key_value_heads: 1,
    vocab_size: vocabulary,
    max_position_embeddings: 512,
    tie_word_embeddings: true,
    torch_dtype: "bfloat16",
  };
  const shapes: (readonly [name: string, shape: readonly number[]])[] = [
    ["model.embed_tokens.weight", [vocabulary, hidden]],
    ["model.norm.weight", [hidden]],
  ];
  for (let layer = 0; layer < layers; layer += 1) {
    const of = (name: string, ...shape: number[]) => shapes.push([`model.layers.${layer}.${name}.weight`, shape]);
    of("input_layernorm", hidden);
    of("post_attention_layernorm", hidden);
    of("self_attn.q_proj", hidden, hidden);
    of("self_attn.k_proj", hidden / 2, hidden);
    of("self_attn.v_proj", hidden / 2, hidden);
    of("self_attn.o_proj", hidden, hidden);
    of("mlp.gate_proj", inner, hidden);
    of("mlp.up_proj", inner, hidden);
    of("mlp.down_proj", hidden, inner);
  }
  let end = 0;
  const header = Object.fromEntries(
    shapes.map(([name, shape]) => {
      const begin = end;
      end += 2 * shape.reduce((product, side) => product * side, 1);
      return [name, { dtype: "BF16", shape, data_offsets: [begin, end] }];
    }),
  );
  const text = new TextEncoder().encode(JSON.stringify(header));
  const whole = new Uint8Array(8 + text.length + end);
  new DataView(whole.buffer).setBigUint64(0, BigInt(text.length), true);
  whole.set(text, 8);
  const [configPath, weightsPath] = [join(folder, "config.json"), join(folder, "model.safetensors")];
  writeFileSync(configPath, JSON.stringify(config));
  writeFileSync(weightsPath, whole);
  return [configPath, weightsPath];
}
