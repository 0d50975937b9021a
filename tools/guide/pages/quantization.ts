import {
  formatCount,
  formatFileBytes,
  formatNumber,
  formatPercent,
  formatTokens,
} from "../../../src/facts/units/index.ts";
import type { QuantsAnswer } from "../../../src/plan/answer/index.ts";
import { claim, given, type Page, table } from "../page.ts";

const ASK = "loadout quants qwen3.6-27b --gpu rtx-3090";
type Row = QuantsAnswer["rows"][number];

export const quantization: Page = {
  name: "3-quantization",
  values: async (ask) => {
    const answer = await ask.answer("quants", ASK);
    const usual = answer.rows.filter(({ kind, usual: is }) => kind === "gguf" && is);
    const whole = usual.filter(({ memory }) => memory?.verdict === "fits");
    const [large, small] = [given(whole[0], "largest that fits"), given(whole.find(fourBits), "four bits that fit")];
    const pace = ({ decode }: Row) => given(decode, "pace").tokensPerSec;
    claim(pace(small) > pace(large), "fewer bytes are less time");
    const prompts = whole.map(({ prefill }) => given(prefill, "pace of prompts").tokensPerSec);
    claim(Math.max(...prompts.slice(0, 5)) / Math.min(...prompts) < 1.1, "the prompt column hardly moves");
    const measured = usual.filter(({ quality }) => quality.of === "this model" || quality.of === "its family");
    const choice = given(answer.choices[0], "choice");
    claim(choice.for === "one person at a time", "the first choice is for one person");
    const memory = given(large.memory, "memory");
    if (memory.kind !== "predicted") throw new Error("memory of file types is predicted");
    return {
      model: answer.model.name,
      parameters: formatCount(answer.model.parameters),
      card: given(answer.rig.devices[0]?.name, "card"),
      context: formatTokens(memory.context),
      "file-types": table(
        ["file type", "size", "bits per weight", "fits", "tok/s", "prompt tok/s"],
        usual.map((row) => [
          row.scheme,
          formatFileBytes(row.bytes),
          formatNumber(row.bitsPerWeight),
          row.memory?.verdict === "does not fit" ? "not whole" : (row.memory?.verdict ?? ""),
          formatNumber(pace(row)),
          formatNumber(given(row.prefill, "pace of prompts").tokensPerSec),
        ]),
        [1, 2, 4, 5],
      ),
      small: small.scheme,
      large: large.scheme,
      "size-ratio": formatNumber(large.bytes / small.bytes),
      "pace-ratio": formatNumber(pace(small) / pace(large)),
      "small-bits": `${formatNumber(small.bitsPerWeight)} bits`,
      quality: table(
        ["file type", "mean KL", "same token", "perplexity", "measured on", "study"],
        measured.map(qualityCells),
        [1, 2, 3],
      ),
      studies: answer.studies
        .map(({ id, source, date, note }) => `- \`${id}\`: ${source}, ${date}${note ? `; ${note}` : ""}`)
        .join("\n"),
      warnings: answer.warnings
        .map(
          ({ id, says, evidence, source, date }) =>
            `- **${capital(id)}**: ${says}. *${evidence} (${source}, ${date}).*`,
        )
        .join("\n"),
      kernels: table(
        ["scheme", "runtime", "kernel", "computes in", "grade"],
        [small, ...answer.rows.filter(({ kind, usual: is }) => kind !== "gguf" && is)].flatMap(({ title, runtimes }) =>
          runtimes.slice(0, 2).map((each) => [title, each.title, each.kernel, each.computes, each.grade]),
        ),
      ),
      choice: choice.scheme,
      "choice-runtime": choice.runtime,
      "choice-why": choice.because.map((line) => `- ${line}`).join("\n"),
      command: ASK,
    };
  },
};

function fourBits({ bitsPerWeight }: Row): boolean {
  return bitsPerWeight < 5;
}

function qualityCells({ scheme, quality }: Row): string[] {
  const [figure] = quality.figures;
  return [
    scheme,
    figure?.divergence === undefined ? "-" : formatNumber(figure.divergence),
    figure?.sameTop === undefined ? "-" : formatPercent(figure.sameTop),
    quality.perplexityRise === undefined ? "-" : formatPercent(quality.perplexityRise, true),
    quality.of,
    quality.study === undefined ? "" : `\`${quality.study}\``,
  ];
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
