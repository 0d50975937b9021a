import { formatBytes, formatCount, formatFileBytes } from "../../facts/units/index.ts";
import type { FitAnswer, ReportAnswer, ReportLoadout } from "../../plan/answer/index.ts";
import { heading, type Block, type ReportDocument } from "./document.ts";
import { cacheBlocks } from "./sections/cache.ts";
import { comparisonBlocks } from "./sections/comparison.ts";
import { frontierBlocks } from "./sections/frontier.ts";
import { memoryBlocks } from "./sections/memory.ts";
import { napkinBlocks } from "./sections/napkin.ts";
import { paceBlocks } from "./sections/pace.ts";
import { quantBlocks } from "./sections/quants.ts";
import { receiptBlocks } from "./sections/receipt.ts";
import { settingsBlocks } from "./sections/settings.ts";
import { assumptionBlocks, sourceBlocks } from "./sections/sources.ts";
import { verdictBlocks } from "./sections/verdict.ts";

/** A report's content, in the order in which it is read. */
export function reportDocument(report: ReportAnswer): ReportDocument {
  const { loadouts, versions } = report;
  const [only, ...others] = loadouts;
  const names =
    loadouts.length > 2 ? `${loadouts.length} loadouts` : loadouts.map(({ name }) => name).join(" against ");
  const alone = only !== undefined && others.length === 0;
  return {
    title: `Loadout report: ${names}`,
    lead: alone
      ? leadOf(only.fit)
      : `${loadouts.map(({ name }) => name).join("; ")}. What stands first is what the others are compared with.`,
    blocks: [
      ...comparisonBlocks(loadouts),
      ...loadouts.flatMap((loadout) => loadoutBlocks(loadout, alone)),
      ...sourceBlocks(report),
    ],
    footer: `Written by Loadout ${versions.loadout}; ${versions.facts}. Every figure is computed by the code that answers the command line.`,
  };
}

function loadoutBlocks(loadout: ReportLoadout, alone: boolean): Block[] {
  const level = alone ? 2 : 3;
  const { fit, name } = loadout;
  const head: Block[] = alone ? [] : [heading(2, name), { kind: "text", soft: true, text: leadOf(fit) }];
  return [
    ...head,
    ...verdictBlocks(fit),
    ...memoryBlocks(loadout, level),
    ...cacheBlocks(loadout, level),
    ...paceBlocks(loadout, level),
    ...frontierBlocks(loadout, level),
    ...quantBlocks(loadout, level),
    ...settingsBlocks(loadout, level),
    ...receiptBlocks(loadout, level),
    ...napkinBlocks(loadout, level),
    ...assumptionBlocks(fit, level),
  ];
}

/** The model, the rig and the engine in one sentence. */
function leadOf({ model, rig, runtime, goal }: FitAnswer): string {
  const devices = rig.devices.map(
    ({ name, totalBytes, node }) =>
      `${name}${totalBytes === undefined ? "" : ` ${formatBytes(totalBytes)}`}${node === undefined ? "" : ` in ${node}`}`,
  );
  const counted = [...new Set(devices)].map((text) => {
    const count = devices.filter((other) => other === text).length;
    return count > 1 ? `${count} x ${text}` : text;
  });
  const file = `${model.quantization}, ${model.sizesFrom === "formula" ? "about " : ""}${formatFileBytes(model.fileBytes)}`;
  const host = `${rig.host.cpu.model} (${rig.host.cpu.physicalCores} cores), ${formatBytes(rig.host.ramBytes)} RAM`;
  return `${model.name} (${file}, ${formatCount(model.parameters)} parameters, ${model.architecture}) on ${[...counted, host].join(" + ")}, with ${runtime.engine} ${runtime.version} (${runtime.backend}), goal ${goal}.`;
}
