import { formatBytes } from "../../../facts/units/index.ts";
import { fitConstants, type FitAnswer, type ReportAnswer } from "../../../plan/answer/index.ts";
import type { Estimate } from "../../../predict/estimate/index.ts";
import { heading, table, type Block } from "../document.ts";

/** What was taken for granted of one loadout. */
export function assumptionBlocks({ assumptions, next }: FitAnswer, level: 2 | 3): Block[] {
  return [
    ...(assumptions.length > 0 ? [heading(level, "Assumed"), { kind: "list" as const, items: assumptions }] : []),
    ...(next.length > 0 ? [heading(level, "Next"), ...next.map((text): Block => ({ kind: "code", text }))] : []),
  ];
}

/** Where every constant is from, and the versions of what computed. */
export function sourceBlocks({ loadouts, devices, versions }: ReportAnswer): Block[] {
  const fits = loadouts.map(({ fit }) => fit);
  return [
    heading(2, "Sources and versions"),
    ...table(
      "What computed this",
      ["what", "version"],
      [
        ["Loadout", versions.loadout],
        ["catalogs and engine rules", versions.facts],
        ...unique(
          fits.map(({ runtime }) => `${runtime.engine} ${runtime.version}, build ${runtime.build}, ${runtime.backend}`),
        ).map((text) => ["engine that is replayed", text]),
        ...unique(
          fits.map(({ model }) => `${model.name} ${model.quantization}: ${model.source ?? "its file, read here"}`),
        ).map((text) => ["model", text]),
      ],
    ),
    ...table(
      "Figures of devices",
      ["device", "in the catalog", "source"],
      devices.map(({ name, id, source }) => [name, id, source]),
    ),
    { kind: "list", items: unique(fits.flatMap(fitConstants)) },
    ...table("What is usually taken of a rig before", ["what", "#usually", "#from", "#to", "source"], heldRows(fits)),
    ...reasons(fits),
  ];
}

function heldRows(fits: readonly FitAnswer[]): string[][] {
  const rows = fits.flatMap(({ rig }) => [
    ...(rig.host.held ?? []).map((held) => ({ where: "host", held })),
    ...rig.devices.flatMap(({ name, held = [] }) => held.map((one) => ({ where: name, held: one }))),
  ]);
  const seen = new Map(rows.map((row) => [`${row.where} ${row.held.key} ${row.held.bytes}`, row]));
  return [...seen.values()].map(({ where, held }) => [
    `${where}: ${held.label}`,
    formatBytes(held.bytes),
    formatBytes(held.lowBytes),
    formatBytes(held.highBytes),
    held.source,
  ]);
}

/** Sources that lines of the napkin name, each once. */
function reasons(fits: readonly FitAnswer[]): Block[] {
  const inTree = ({ because, provenance, parts = [] }: Estimate): string[] => [
    ...(because !== undefined && (provenance === "datasheet" || provenance === "assumed") ? [because] : []),
    ...parts.flatMap(inTree),
  ];
  const items = unique(
    fits.flatMap(({ memory, speed }) => [
      ...(memory ? inTree(memory) : []),
      ...[speed.decode, speed.decodeFull, speed.each, speed.prefill].flatMap((pace) =>
        (pace?.derived ?? []).flatMap(({ label, value, because }) =>
          because === undefined ? [] : [`${label} ${value}: ${because}`],
        ),
      ),
    ]),
  );
  return items.length === 0 ? [] : [{ kind: "list", items }];
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
