// Other load generators, asked for the same load on the same null server.
import { basename } from "node:path";

/** So many streams at a time, until so many requests are answered. */
export interface PeerLoad {
  readonly streams: number;
  readonly requests: number;
  readonly promptTokens: number;
  readonly tokens: number;
  readonly ttftMs: number;
  readonly gapMs: number;
}

export interface PeerCommand {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** `typed`: "vllm bench serve" or a path to vllm. `tokenizer`: a folder with a tokenizer, which it insists on. */
export function peerCommand(typed: string, tokenizer: string, baseUrl: string, load: PeerLoad): PeerCommand {
  const [program = ""] = typed.trim().split(/\s+/);
  if (basename(program) !== "vllm") throw new Error(`--peer knows "vllm bench serve", not ${JSON.stringify(typed)}`);
  const asked = { null_ttft_ms: load.ttftMs, null_gap_ms: load.gapMs };
  return {
    name: "vllm bench serve",
    program,
    args: [
      "bench",
      "serve",
      "--backend=openai-chat",
      `--base-url=${baseUrl}`,
      "--endpoint=/v1/chat/completions",
      "--model=null",
      `--tokenizer=${tokenizer}`,
      "--dataset-name=random",
      `--random-input-len=${load.promptTokens}`,
      `--random-output-len=${load.tokens}`,
      `--num-prompts=${load.requests}`,
      `--max-concurrency=${load.streams}`,
      `--extra-body=${JSON.stringify(asked)}`,
      "--disable-tqdm",
    ],
    environment: { VLLM_PLUGINS: "", HF_HUB_OFFLINE: "1", VLLM_NO_USAGE_STATS: "1" },
  };
}
