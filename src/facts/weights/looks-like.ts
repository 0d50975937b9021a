/** What a file that is no GGUF looks like from its first bytes, and what to do about it. */
export interface Looks {
  readonly got: string;
  readonly advice: string;
}

interface Sign {
  readonly matches: (text: string, bytes: Uint8Array) => boolean;
  readonly looks: Looks;
}

const CONVERT = "Ask for the model's GGUF file, or convert it with llama.cpp's convert_hf_to_gguf.py.";
const AGAIN = "The download went wrong: fetch the file itself, not the page or the pointer that leads to it.";

/** In order: the first that matches names the file. */
const SIGNS: readonly Sign[] = [
  {
    matches: (_, bytes) => bytes.byteLength === 0,
    looks: { got: "an empty file", advice: "The download did not start: fetch the file again." },
  },
  {
    matches: (_, bytes) => bytes.every((byte) => byte === 0),
    looks: { got: "zeros only", advice: "The space was reserved and nothing written to it: fetch the file again." },
  },
  {
    matches: (text) => text.startsWith("version https://git-lfs"),
    looks: { got: "a Git LFS pointer, not the file it stands for", advice: "Run `git lfs pull` where it was cloned." },
  },
  {
    matches: (text) => /^\s*<(!doctype|html|\?xml)/i.test(text),
    looks: { got: "a web page", advice: AGAIN },
  },
  {
    matches: (text) => text.startsWith("PK"),
    looks: { got: "a zip archive (a PyTorch checkpoint?)", advice: CONVERT },
  },
  {
    matches: (text) => text.startsWith("GGUF"),
    looks: { got: "a GGUF file", advice: "Name it as it is: GGUF files are read by their own reader." },
  },
  {
    // eight bytes of length, small enough to be a header's, then JSON
    matches: (text, bytes) => text[8] === "{" && bytes[5] === 0 && bytes[6] === 0 && bytes[7] === 0,
    looks: { got: "a safetensors file", advice: CONVERT },
  },
  {
    matches: (text) => ["lmgg", "fmgg", "tjgg", "algg"].includes(text.slice(0, 4)),
    looks: { got: "a GGML file from before GGUF (2023)", advice: CONVERT },
  },
  {
    matches: (_, bytes) => bytes[0] === 0x80 && bytes[1]! >= 2 && bytes[1]! <= 5,
    looks: { got: "a Python pickle", advice: CONVERT },
  },
  {
    matches: (_, bytes) => bytes[0] === 0x1f && bytes[1] === 0x8b,
    looks: { got: "a gzip archive", advice: "Unpack it." },
  },
  { matches: (text) => /^\s*[{[]/.test(text), looks: { got: "JSON text", advice: AGAIN } },
];

export function looksLike(bytes: Uint8Array): Looks {
  let text = "";
  for (const byte of bytes.subarray(0, 64)) text += String.fromCharCode(byte);
  const sign = SIGNS.find(({ matches }) => matches(text, bytes));
  if (sign) return sign.looks;
  const first = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return { got: `a file that begins with ${first}`, advice: "Is this the file you meant?" };
}
