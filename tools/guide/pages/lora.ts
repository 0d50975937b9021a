import { formatBytes, formatFileBytes, formatPercent } from "../../../src/facts/units/index.ts";
import { NAPKIN } from "../examples.ts";
import { claim, given, type Page, table } from "../page.ts";

const ASK = `${NAPKIN} --goal finetune`;
/** Of adapters as they are written to disk in sixteen bits. */
const FILE_BYTES = 2;

export const lora: Page = {
  name: "6-lora",
  values: async (ask) => {
    const { model, rig, training } = await ask.answer("fit", ASK);
    const rows = given(training, "memory of training");
    const have = given(rig.devices[0]?.totalBytes, "memory of the card");
    const row = (key: string) =>
      given(
        rows.find((each) => each.key === key),
        key,
      );
    const [full, qlora] = [row("full-mixed"), row("qlora")];
    claim(rows[0] === full && rows.at(-1) === qlora, "the first line is full training, the last LoRA on four bits");
    claim(full.value > 3 * have && qlora.value < have, "several times the card, and below it");
    const [, count = "", each = ""] = given(
      / \+ ([\d,]+) weights x (\d+) B$/.exec(given(qlora.formula, "formula")) ?? undefined,
      "adapters",
    );
    const adapters = Number(count.replaceAll(",", ""));
    claim(adapters * FILE_BYTES * 10 < model.fileBytes, "ten adapters are small files beside one model");
    const rank = given(/rank (\d+)/.exec(given(qlora.because, "reason"))?.[1], "rank");
    return {
      model: model.name,
      bill: table(
        ["what learns", "arithmetic", "memory", `beside ${formatBytes(have)}`],
        rows.map(({ label, formula, value }) => [
          label,
          formula ?? "",
          formatBytes(value),
          value <= have ? "below" : "above",
        ]),
        [2],
      ),
      "full-formula": given(full.formula, "formula"),
      full: formatBytes(full.value),
      have: formatBytes(have),
      "qlora-formula": given(qlora.formula, "formula"),
      qlora: formatBytes(qlora.value),
      adapters: count,
      rank,
      "adapter-share": formatPercent(adapters / model.parameters),
      "adapter-bytes": `${each} bytes`,
      "adapter-file": formatFileBytes(adapters * FILE_BYTES),
      "base-file": `${formatFileBytes(model.fileBytes)} in ${model.quantization}`,
      command: ASK,
      explain: ASK.replace(" fit ", " explain "),
    };
  },
};
