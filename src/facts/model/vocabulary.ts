import type { DraftValue } from "../weights/index.ts";

/** Token types of llama.cpp (`enum llama_token_type`). */
const NORMAL = 1;
const UNKNOWN = 2;
const CONTROL = 3;
const BYTE = 6;

const CONTROLS = ["<s>", "</s>", "<|im_start|>", "<|im_end|>"] as const;
/** `<unk>` and the control tokens: they come first and are never printed. */
export const SILENT_TOKENS = 1 + CONTROLS.length;
/** With one token a byte after them: the fewest that any text can be written with. */
export const LEAST_VOCABULARY = SILENT_TOKENS + 256;

/** One turn between markers, the form most small chat models share. */
const CHAT_TEMPLATE =
  "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}" +
  "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

/**
 * Tokenizer metadata of `size` tokens that the engine accepts: byte tokens, so that any text can be written, and made-up
 * words for the rest. The kind is SentencePiece's, which needs no merges.
 */
export function vocabulary(size: number): [key: string, value: DraftValue][] {
  if (size < LEAST_VOCABULARY) throw new RangeError(`a vocabulary of ${size} tokens cannot write every text`);
  const tokens = ["<unk>", ...CONTROLS];
  const types = [UNKNOWN, ...CONTROLS.map(() => CONTROL)];
  for (let byte = 0; byte < 256; byte++) {
    tokens.push(`<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
    types.push(BYTE);
  }
  while (tokens.length < size) {
    tokens.push(word(tokens.length - LEAST_VOCABULARY));
    types.push(NORMAL);
  }
  return [
    ["tokenizer.ggml.model", { type: "string", value: "llama" }],
    ["tokenizer.ggml.pre", { type: "string", value: "default" }],
    ["tokenizer.ggml.tokens", { type: "array", of: "string", values: tokens }],
    ["tokenizer.ggml.scores", { type: "array", of: "f32", values: tokens.map((_, id) => -id) }],
    ["tokenizer.ggml.token_type", { type: "array", of: "i32", values: types }],
    ["tokenizer.ggml.unknown_token_id", { type: "u32", value: 0 }],
    ["tokenizer.ggml.bos_token_id", { type: "u32", value: 1 }],
    ["tokenizer.ggml.eos_token_id", { type: "u32", value: tokens.indexOf("<|im_end|>") }],
    ["tokenizer.ggml.add_bos_token", { type: "bool", value: true }],
    ["tokenizer.chat_template", { type: "string", value: CHAT_TEMPLATE }],
  ];
}

/** A made-up word for every number: single letters first, then longer ones, some after a space. */
function word(index: number): string {
  let letters = "";
  for (let rest = index + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    letters = String.fromCharCode(97 + ((rest - 1) % 26)) + letters;
  }
  return index % 2 === 0 ? letters : `\u2581${letters}`;
}
