import { LoadoutError } from "../../../facts/errors/index.ts";

/** A question with a model in it needs one. */
export function needModel(model: string | undefined, command: string): string {
  if (model !== undefined) return model;
  throw new LoadoutError("bad-quantity", {
    what: `loadout ${command}`,
    expected: 'a model: a .gguf file, a name such as "qwen3 8b", hf:owner/name or an address',
    got: "",
    example: `loadout ${command} ./model.gguf`,
  });
}
