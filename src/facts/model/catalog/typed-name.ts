/** What somebody typed for a model, taken apart. */
export interface TypedName {
  /** words and numbers that tell models apart, lower case: "qwen 3 30 b a 3 b" */
  readonly key: string;
  /** "owner/name" as typed, lower case, where an owner was typed */
  readonly repository?: string;
  /** file type at the end of the name: "Q4_K_M", "UD-Q4_K_XL" */
  readonly fileType?: string;
}

const PART_OF_SET = /-\d{5}-of-\d{5}$/;
const ENDING = /\.(?:gguf|safetensors)$/i;
const FILE_TYPE =
  /[-_.:/ ]((?:ud-)?(?:iq[1-4]_(?:xxs|xs|nl|s|m)|q[1-8]_(?:k(?:_(?:xl|s|m|l))?|[01])|tq[12]_0|bf16|fp?16|fp?32|mxfp4(?:_moe)?))$/i;
/** Words that say how a model was trained or stored, or who made it, not which dimensions it has. */
const SILENT: ReadonlySet<string> = new Set(["instruct", "chat", "it", "hf", "gguf", "meta", "latest"]);

/** Takes apart a path, a file name, "hf:owner/name:quant", an Ollama tag or a few words. */
export function typedName(typed: string): TypedName {
  let text = typed.trim().replace(/^hf:|^(?:https?:\/\/)?(?:hf\.co|huggingface\.co|ollama\.com\/library)\//i, "");
  const isFile = ENDING.test(text);
  text = text.replace(ENDING, "").replace(PART_OF_SET, "");
  const fileType = FILE_TYPE.exec(text)?.[1]?.toUpperCase();
  if (fileType !== undefined) text = text.slice(0, text.length - fileType.length - 1).replace(/[-_.]i1$/i, "");
  const parts = text.split(/[/\\]/).filter((part) => part !== "");
  const name = parts.at(-1) ?? "";
  const owner = !isFile && parts.length === 2 ? parts[0] : undefined;
  return {
    key: keyOf(name),
    ...(owner !== undefined && { repository: `${owner}/${name}`.toLowerCase() }),
    ...(fileType !== undefined && { fileType }),
  };
}

/** Beyond ASCII everything counts as a letter: a class of all letters takes longer to compile than to match a catalog. */
const WORDS = /\d+(?:\.\d+)*|[a-z\u0080-\uffff]+/g;

/** Letters and numbers apart, without words that do not tell models apart: "Qwen3-8B" and "qwen 3 8b" are one. */
export function keyOf(name: string): string {
  const words = name.toLowerCase().match(WORDS) ?? [];
  return words.filter((word) => !SILENT.has(word)).join(" ");
}
