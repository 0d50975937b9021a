import type { OpenModel } from "../open-model.ts";
import { token } from "../score.ts";
import { textTokens } from "../template/index.ts";
import { isTokens } from "./completions.ts";
import type { Exchange } from "./exchange.ts";
import { wrong } from "./fields.ts";
import type { Served } from "./served.ts";

/** `/v1/models`: the one that is loaded. */
export function models({ model }: OpenModel, name: string, contextTokens: number, exchange: Exchange): void {
  const meta = {
    n_ctx: contextTokens,
    n_ctx_train: model.trainContextSize,
    n_embd: model.embeddingVectorSize,
    size: model.size,
  };
  const created = Math.floor(Date.now() / 1000);
  exchange.json({ object: "list", data: [{ id: name, object: "model", created, owned_by: "loadout", meta }] });
}

/** `/props`: what llama-server says of itself, as far as it is true here. */
export function props({ session, name }: Served, exchange: Exchange): void {
  const { context, sequences, opened, prompter } = session;
  exchange.json({
    model_alias: name,
    total_slots: sequences.count,
    default_generation_settings: { n_ctx: context.contextSize },
    chat_template: prompter.chat?.source ?? "",
    bos_token: opened.model.tokens.bosString ?? "",
    eos_token: opened.model.tokens.eosString ?? "",
    build_info: opened.llama.llamaCppRelease.release,
  });
}

export async function tokenize({ model }: OpenModel, exchange: Exchange): Promise<void> {
  const fields = await exchange.fields();
  const content = fields.text("content");
  if (content === undefined) throw wrong("content", "text", content);
  const special = fields.flag("parse_special") ?? true;
  const tokens =
    fields.flag("add_special") === true ? textTokens(model, content, special) : model.tokenize(content, special);
  const pieces = fields.flag("with_pieces") ?? false;
  exchange.json({ tokens: pieces ? tokens.map((id) => ({ id, piece: model.detokenize([id], true) })) : tokens });
}

export async function detokenize({ model }: OpenModel, exchange: Exchange): Promise<void> {
  const fields = await exchange.fields();
  const given = fields.list("tokens") ?? [];
  if (given.length > 0 && !isTokens(given)) throw wrong("tokens", "a list of tokens", given);
  const tokens = isTokens(given) ? given.map(token) : [];
  exchange.json({ content: model.detokenize(tokens, true) });
}

/** `/metrics`, in Prometheus' text. */
export function metrics({ session }: Served, exchange: Exchange): void {
  const { conductor, sequences } = session;
  const { steps, promptTokens, cachedTokens, drawnTokens, prefillMs, decodeMs } = conductor.totals;
  const rows: readonly (readonly [name: string, kind: "counter" | "gauge", help: string, value: number])[] = [
    ["prompt_tokens_total", "counter", "Prompt tokens evaluated, without cached ones", promptTokens],
    ["prompt_tokens_cached_total", "counter", "Prompt tokens held from before", cachedTokens],
    ["prompt_seconds_total", "counter", "Time of steps with prompts, by reply", prefillMs / 1000],
    ["tokens_predicted_total", "counter", "Tokens drawn", drawnTokens],
    ["tokens_predicted_seconds_total", "counter", "Time of steps that drew, by reply", decodeMs / 1000],
    ["n_decode_total", "counter", "Steps", steps],
    ["requests_processing", "gauge", "Replies that hold a sequence", conductor.busy],
    ["requests_deferred", "gauge", "Replies that wait for a sequence", sequences.waiting],
  ];
  const lines = rows.flatMap(([name, kind, help, value]) => [
    `# HELP loadout_engine_${name} ${help}`,
    `# TYPE loadout_engine_${name} ${kind}`,
    `loadout_engine_${name} ${value}`,
  ]);
  exchange.text(`${lines.join("\n")}\n`);
}
