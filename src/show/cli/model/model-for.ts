import { existsSync, statSync } from "node:fs";
import { basename } from "node:path";
import { LoadoutError } from "../../../facts/errors/index.ts";
import { typedName } from "../../../facts/model/index.ts";
import type { CliContext } from "../context.ts";
import { homeOf } from "../machine.ts";
import type { Progress } from "../text/progress.ts";
import { theOne } from "../the-one.ts";
import { atHand, downloaded } from "./at-hand.ts";
import { hubSpec } from "./hub-spec.ts";
import { readWeights } from "./read-file.ts";
import { nearest } from "../../../plan/ask/flags/index.ts";
import { fromCatalog, requantized, type Weights } from "../../../plan/ask/model/index.ts";

export interface ModelFlags {
  readonly quant?: string;
  readonly models?: readonly string[];
  /** "mtp": the block that guesses ahead is wanted too, which only some files have */
  readonly draft?: string;
}

/** Not pages of Ollama's library: the catalog knows tags, and nothing there is read by ranges. */
const ELSEWHERE = /^(?:hf:|hf\.co\/|huggingface\.co\/|https?:\/\/(?!(?:www\.)?ollama\.com\/library\/))/i;

/**
 * Whatever a person types for a model, as weights with a geometry: a file, weights at hand by their name, a model of the
 * catalog, a repository of the hub or an address. What is at hand goes before what is only known, and that is said.
 */
export async function modelFor(
  context: CliContext,
  typed: string,
  flags: ModelFlags,
  progress: Progress,
): Promise<Weights> {
  const { quant } = flags;
  if (ELSEWHERE.test(typed)) return elsewhere(context, typed, flags, progress);
  const folder = await configFolder(typed, quant);
  if (folder) return folder;
  if (isFile(typed)) {
    const weights = await readWeights(typed);
    return quant === undefined ? weights : requantized(weights, quant);
  }
  const { found, hits } = await atHand(context, flags, typed, quant);
  if (hits.length > 0) {
    const { path, name } = theOne(typed, found, hits);
    if (name.toLowerCase() !== typed.toLowerCase())
      context.note(context.noteStyle.faint(`using the file at hand: ${path}`));
    return readWeights(path, name);
  }
  const known = await fromCatalog(typed, quant, flags.draft === "mtp");
  if (known.weights) return known.weights;
  const names = [
    ...known.near,
    ...(found.length > 0
      ? [
          nearest(
            typed,
            found.map(({ name }) => name),
          ),
        ]
      : []),
  ];
  throw new LoadoutError("model-unknown", { got: typed, nearest: names.join(", ") || "nothing like it" });
}

/** A repository of the hub or an address. What of the repository has been downloaded already is taken instead. */
async function elsewhere(context: CliContext, typed: string, flags: ModelFlags, progress: Progress): Promise<Weights> {
  const { home, config } = await homeOf(context);
  const { hubOf } = await import("../../../run/fetch/hub/index.ts");
  const spec = hubSpec(typed, hubOf(home, config).endpoint);
  const quant = flags.quant ?? spec?.quant;
  if (spec !== undefined) {
    const here = await downloaded(context, flags, spec.repository, spec.file, quant);
    if (here) return here;
    const { fromHub } = await import("./from-hub.ts");
    return fromHub(context, { ...spec, ...(quant === undefined ? {} : { quant }) }, progress);
  }
  if (!/^https?:/i.test(typed) || !URL.canParse(typed)) {
    const example = "hf:owner/name:Q4_K_M";
    throw new LoadoutError("bad-quantity", { what: "MODEL", expected: "hf:owner/name[:quant]", got: typed, example });
  }
  const { fromAddress } = await import("./from-address.ts");
  return fromAddress(context, typed, flags.quant, progress);
}

/** `folder`, `folder/config.json`, `folder:quant`. */
async function configFolder(typed: string, quant: string | undefined): Promise<Weights | undefined> {
  const at = existsSync(typed) ? -1 : typed.lastIndexOf(":");
  const [path, typedQuant] = at < 1 ? [typed] : [typed.slice(0, at), typed.slice(at + 1)];
  // "qwen3:8b" is a tag, whatever folder lies here
  if (typedQuant !== undefined && typedName(`x:${typedQuant}`).fileType === undefined) return undefined;
  if (!existsSync(path) || /\.gguf$/i.test(path)) return undefined;
  const { fromLocalConfig, localConfigOf } = await import("./local-config.ts");
  const config = localConfigOf(path);
  return config && fromLocalConfig(config, path, quant ?? typedQuant);
}

/** A file that is here, or one named with its folder: that is not looked for elsewhere. A folder's name may be a model's too. */
function isFile(typed: string): boolean {
  const isPath = basename(typed) !== typed;
  if (existsSync(typed)) return isPath || !statSync(typed).isDirectory();
  return isPath && /\.gguf$/i.test(typed);
}
