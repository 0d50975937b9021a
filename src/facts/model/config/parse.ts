import { LoadoutError } from "../../errors/index.ts";

/** Characters of a configuration. The longest known is 60 kB, with a list of 10^3 quantized modules. */
const LONGEST = 2 ** 22;

/**
 * The object in a `config.json`. Python writes `Infinity` and `NaN` into some (limits of time steps), which JSON does not
 * have: they become null here, and nothing that is read is one.
 */
export function parseConfig(text: string, file = "config.json"): unknown {
  if (text.length > LONGEST) {
    throw new LoadoutError("config-not-a-model", { file, got: `${text.length} characters` });
  }
  const plain = text.replace(/"(?:\\.|[^"\\])*"|-?\bInfinity\b|\bNaN\b/g, (part) =>
    part.startsWith('"') ? part : "null",
  );
  try {
    return JSON.parse(plain) as unknown;
  } catch (cause) {
    throw new LoadoutError("config-not-a-model", { file, got: "text that is not JSON" }, { cause });
  }
}
