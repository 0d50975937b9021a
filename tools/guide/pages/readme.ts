import { formatBytes, formatTokens } from "../../../src/facts/units/index.ts";
import { claim, given, part, type Page } from "../page.ts";
import { chosen, NAPKIN } from "../examples.ts";

export const readme: Page = {
  name: "README",
  values: async (ask) => {
    const { memory, rig, runtime, decisions } = await ask.answer("fit", NAPKIN);
    const total = given(rig.devices[0]?.totalBytes, "memory of the card");
    claim(runtime.engine === "llama-server", "memory is llama.cpp's, replayed");
    return {
      tokens: formatTokens(Number(chosen(decisions, "context"))),
      cache: formatBytes(part(given(memory, "memory"), "device-0", "kv").value),
      vram: formatBytes(total),
      engine: `llama.cpp ${runtime.build}`,
      "model-words": NAPKIN.replace("loadout ", ""),
    };
  },
};
