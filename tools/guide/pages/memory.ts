import { tensorType } from "../../../src/facts/weights/index.ts";
import {
  formatBytes,
  formatExactBytes,
  formatFileBytes,
  formatNumber,
  formatTokens,
  formatWhole,
} from "../../../src/facts/units/index.ts";
import { chart } from "../charts.ts";
import { chosen, NAPKIN } from "../examples.ts";
import { claim, given, part, type Page, table } from "../page.ts";

const GIB = 2 ** 30;
const CHATS = [
  { context: 8, users: 1 },
  { context: 32, users: 1 },
  { context: 8, users: 4 },
  { context: 32, users: 4 },
] as const;

/** Factors of the cache as the formula has them: layers, cells, key and value. */
const KV = /^(\d+) layers x (\d+) cells x 1 stream x \(K (\d+) x 2 B \+ V (\d+) x 2 B\)$/;

export const memory: Page = {
  name: "1-memory",
  values: async (ask) => {
    const answer = await ask.answer("fit", NAPKIN);
    const tree = given(answer.memory, "memory");
    const device = part(tree, "device-0");
    const card = given(answer.rig.devices[0], "card");
    const have = given(card.totalBytes, "memory of the card");
    const context = Number(chosen(answer.decisions, "context"));
    const kv = part(device, "kv");
    const [, layers = "", cells = "", key = "", value = ""] = given(KV.exec(given(kv.formula, "formula"))!, "factors");
    claim(key === value && Number(cells) === context, "a key is as wide as a value, a cell for each token");
    const perToken = Number(layers) * (Number(key) + Number(value)) * 2;
    claim(perToken * context === kv.value, "the cache is its cost a token times the context");
    const type = given(tensorType(answer.model.quantization), "the file type's block");
    claim(type.blockBytes === type.blockLength + 2, "one byte for each weight, and two for a scale");
    const bits = (answer.model.fileBytes * 8) / answer.model.parameters;
    const [driver, desktop] = [part(device, "driver-reserve"), part(device, "desktop")];
    const q8 = await ask.answer("fit", `${NAPKIN} --kv-type q8_0`);
    const longest = given(answer.longestContext, "longest context");
    claim(longest === answer.model.contextLength, "one user's context ends where training ended");
    const chats: string[][] = [];
    for (const { context: kilo, users } of CHATS) {
      const asked = await ask.answer("fit", `${NAPKIN} --context ${kilo}k --users ${users} --gpu-layers all`);
      const its = given(asked.memory, "memory");
      chats.push([
        `${users} x ${kilo}k`,
        formatBytes(part(its, "device-0", "kv").value),
        formatBytes(part(its, "device-0").value),
        asked.verdict.now.verdict,
      ]);
    }
    claim(chats.at(-1)?.[3] === "does not fit", "the same card is short with four long chats");
    return {
      model: answer.model.name,
      "file-type": answer.model.quantization,
      card: card.name,
      context: formatTokens(context),
      tree: table(
        ["on the card", "takes", "from", "to"],
        [...given(device.parts, "parts"), device].map(({ label, value: bytes, low, high, key: name }) => [
          name === device.key ? "**all of it**" : label.replace(/ \(.*/, ""),
          formatBytes(bytes),
          low === undefined ? "exact" : formatBytes(low),
          high === undefined ? "" : formatBytes(high),
        ]),
        [1, 2, 3],
      ),
      have: formatBytes(have),
      spare: formatBytes(answer.verdict.now.marginBytes),
      parameters: formatWhole(answer.model.parameters),
      bits: formatNumber(bits),
      block: String(type.blockLength),
      "block-bytes": String(type.blockBytes),
      "file-formula": `${formatWhole(answer.model.parameters)} weights x ${formatNumber(bits)} bits / 8`,
      "file-bytes": formatFileBytes(answer.model.fileBytes),
      weights: formatBytes(part(device, "weights").value),
      "host-weights": formatBytes(part(tree, "host", "weights").value),
      gib: formatWhole(GIB),
      "units-gap": formatFileBytes(have - (have / GIB) * 1e9),
      layers,
      width: key,
      "per-token-formula": `${layers} layers x (${key} + ${value}) x 2 B`,
      "per-token": formatExactBytes(perToken),
      "kv-formula": `${formatWhole(perToken)} B x ${context} tokens`,
      kv: formatBytes(kv.value),
      chats: table(["chats", "cache", "on the card in all", "verdict"], chats, [1, 2]),
      "card-gib": formatBytes(have),
      "chart-vram": chart("vram-breakdown"),
      "chart-kv": chart("kv-cache-vs-context"),
      "kv-q8": formatBytes(part(given(q8.memory, "memory"), "device-0", "kv").value),
      compute: formatBytes(part(device, "compute").value),
      step: String(chosen(answer.decisions, "micro-batch")),
      "context-term": formatBytes(part(device, "context").value),
      before: formatBytes(driver.value + desktop.value),
      desktop: `${formatBytes(given(desktop.low, "low"))} to ${formatBytes(given(desktop.high, "high"))}`,
      device: formatBytes(device.value),
      "device-high": formatBytes(given(device.high, "high")),
      verdict: answer.verdict.now.verdict,
      longest: formatTokens(longest),
      "longest-why": "all that the model was trained for",
      "most-users": String(given(answer.mostUsers, "most users")),
      command: NAPKIN,
      explain: NAPKIN.replace(" fit ", " explain "),
    };
  },
};
