import {
  formatBytes,
  formatCount,
  formatExactBytes,
  formatFileBytes,
  formatPercent,
  formatTokens,
} from "../../../facts/units/index.ts";
import type { CatalogAnswer, ModelDetail } from "../../../plan/answer/index.ts";
import { shellWord } from "../../../plan/command/index.ts";
import { columns, nextLines, wrap } from "./layout.ts";
import type { Style } from "./style.ts";

/** One model in full, or several as a list. */
export function catalogText({ models }: CatalogAnswer, style: Style): string {
  const [only, ...others] = models;
  return (others.length === 0 && only ? detailText(only, style) : listText(models, style)).join("\n");
}

/** Longest name before it goes on below. */
const NAME_WIDTH = 27;

function listText(models: readonly ModelDetail[], style: Style): string[] {
  const rows = models.flatMap((model) => {
    const [size] = model.sizes;
    const { counted, active } = model.parameters;
    const [name, ...more] = wrap(model.name, NAME_WIDTH);
    const row = [
      name!,
      [counted, ...(active < counted ? [active] : [])].map(formatCount).join("/"),
      formatTokens(model.context),
      size ? formatFileBytes(size.bytes) : style.faint("unknown"),
      style.faint([size?.fileType ?? "not predicted", model.license].filter(Boolean).join(", ")),
    ];
    return [row, ...more.map((rest) => [`  ${rest}`, "", "", "", ""])];
  });
  const head = ["name", "all/active", "context", "size", "as, licence"].map(style.faint);
  return [...columns([head, ...rows], [1, 2, 3]), "", ...next(models[0], style)];
}

function detailText(model: ModelDetail, style: Style): string[] {
  const { parameters, kept, experts, sizes } = model;
  const rows: string[][] = [
    ["parameters", countsText(model)],
    ["published", publishedText(model)],
    [
      "licence",
      [model.license ?? "unknown", model.gated ? "terms must be accepted first" : ""].filter(Boolean).join(", "),
    ],
    ["context", `${formatTokens(model.context)} tokens`],
    ["takes", model.takes],
    ["tools", model.tools ? `${model.tools.tools ? "yes" : "no"}: ${model.tools.source}` : "not known"],
    [
      "layers",
      `${model.layers} of width ${model.width}${experts ? `, ${experts.used} of ${experts.count} experts a token` : ""}`,
    ],
    ...(kept ? [["KV cache", keptText(kept)]] : []),
    ...(kept && kept.stateBytes > 0
      ? [["state", `${formatBytes(kept.stateBytes)} a conversation, of any length`]]
      : []),
    ...(model.architecture === undefined ? [] : [["llama.cpp", `architecture ${model.architecture}`]]),
    ...(model.ollama === undefined ? [] : [["Ollama", model.ollama]]),
    ...(model.alike.length === 0 ? [] : [["also", model.alike.join(", ")]]),
    ["sources", model.sources.join("; ")],
    ...(model.unpredictable === undefined ? [] : [["not predicted", model.unpredictable]]),
  ];
  const sized = sizes.map(({ fileType, bytes, publishedBytes }) => [
    `  ${fileType}`,
    formatFileBytes(bytes),
    style.faint(`${((bytes * 8) / parameters.counted).toFixed(2)} bits a weight`),
    publishedBytes === undefined
      ? ""
      : style.faint(`published ${formatFileBytes(publishedBytes)}, ${formatPercent(bytes / publishedBytes - 1, true)}`),
  ]);
  return [
    ...wrap(`${style.strong(model.name)} (${model.id}, ${model.released})`),
    ...columns(rows.filter(([, text]) => text !== "").map(([what, text]) => [`  ${what}`, text!])),
    ...(sized.length === 0
      ? []
      : [
          style.strong("sizes") + style.faint("  weights by the recipes; a header of 5 to 15 MB comes on top"),
          ...columns(sized, [1]),
        ]),
    "",
    ...next(model, style),
  ];
}

function countsText({ parameters: { counted, active } }: ModelDetail): string {
  const used = active < counted ? `, ${formatCount(active)} of them used a token` : "";
  return `${formatCount(counted)} counted from the dimensions${used}`;
}

/** Publishers count with or without encoders and prediction blocks: the nearest way to count is taken, and said. */
function publishedText({ parameters }: ModelDetail): string {
  const { counted, vision = 0, audio = 0, mtp = 0, stated, listed } = parameters;
  const encoders = vision + audio;
  const ways = [
    { count: counted, with: "" },
    { count: counted + encoders, with: ` with ${formatCount(encoders)} of encoders` },
    { count: counted + mtp, with: ` with ${formatCount(mtp)} to predict further tokens` },
    { count: counted + encoders + mtp, with: ` with ${formatCount(encoders + mtp)} of encoders and prediction blocks` },
  ];
  const against = (what: string, published: number): string => {
    const off = (way: { count: number }) => Math.abs(way.count / published - 1);
    const nearest = ways.reduce((best, way) => (off(way) < off(best) ? way : best));
    const how = nearest.count === published ? "the same" : formatPercent(nearest.count / published - 1, true);
    return `${what} ${formatCount(published)}: ${how}${nearest.with}`;
  };
  return [
    ...(stated === undefined ? [] : [against("stated", stated)]),
    ...(listed === undefined ? [] : [against("its files", listed)]),
  ].join("; ");
}

function keptText({ bytesPerToken, bytesPerWindowToken, windowTokens }: NonNullable<ModelDetail["kept"]>): string {
  const parts = [
    ...(bytesPerToken > 0 ? [`${formatExactBytes(bytesPerToken)} a token`] : []),
    ...(bytesPerWindowToken > 0
      ? [`${formatExactBytes(bytesPerWindowToken)} for each of the last ${formatTokens(windowTokens)} tokens`]
      : []),
  ];
  return parts.length === 0 ? "none" : `${parts.join(", and ")} (F16)`;
}

function next(model: ModelDetail | undefined, style: Style): string[] {
  if (!model) return wrap("the catalog has no such model");
  return nextLines(
    model.unpredictable === undefined
      ? [`loadout fit ${shellWord(model.name)}`, `loadout fit hf:OWNER/NAME`]
      : [`loadout fit hf:OWNER/NAME`],
    style,
  );
}
