import { LoadoutError } from "../../../facts/errors/index.ts";

/** What a page may ask, and the command that answers it. `gpus` alone takes no model; `cards` is `gpus --for MODEL`. */
export const ASKED = {
  fit: "fit",
  explain: "explain",
  offload: "offload",
  quants: "quants",
  gpus: "gpus",
  cards: "gpus",
  models: "models",
  frontier: "frontier",
  simulate: "simulate",
} as const;

export type AskedKind = keyof typeof ASKED;

/** Flags that do more than ask, or read what stands on the command line's own input. */
const REFUSED: Readonly<Record<string, string>> = {
  yes: "allow downloads",
  verify: "start the engine",
  spec: "read a file of questions",
  measured: "read files of measurements",
  help: "print a text",
  "help-all": "print a text",
  version: "print a text",
};

/**
 * The command line that a query stands for: `model=qwen3-8b&gpu=rtx-3090&context=32k`. Names are those of the command line without
 * their dashes; a flag without a value is `table` or `table=`; what may be given several times is repeated.
 */
export function wordsOf(kind: AskedKind, query: URLSearchParams): readonly string[] {
  const words: string[] = [ASKED[kind]];
  const models: string[] = [];
  for (const [name, value] of query) {
    if (!/^[a-z][a-z0-9-]{0,39}$/.test(name)) throw new LoadoutError("web-flag-broken", { got: name.slice(0, 40) });
    const what = REFUSED[name];
    if (what !== undefined) throw new LoadoutError("web-flag-refused", { flag: `--${name}`, what });
    if (name === "json") continue;
    if (name !== "model") words.push(value === "" ? `--${name}` : `--${name}=${value}`);
    else if (kind === "cards") words.push(`--for=${value}`);
    else models.push(value);
  }
  return [...words, "--json", ...(models.length === 0 ? [] : ["--", ...models])];
}
