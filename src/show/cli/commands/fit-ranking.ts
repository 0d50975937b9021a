import { EXIT, LoadoutError } from "../../../facts/errors/index.ts";
import { modelCatalog } from "../../../facts/model/index.ts";
import { answerRanking } from "../../../plan/answer/index.ts";
import { onlyWanted, rankModels, workedRows } from "../../../plan/rank/index.ts";
import { findWeights } from "../../../run/fetch/local/index.ts";
import type { CliContext } from "../context.ts";
import { homeOf, machineOf } from "../machine.ts";
import { modelsDirsOf } from "../models-dirs.ts";
import { catalogModels } from "../../../plan/ask/kinds/rank-models.ts";
import { rankingText } from "../text/ranking-text.ts";
import { freeDisk } from "../disk.ts";
import {
  embeddedRuntime,
  type QuestionFlags,
  nearest,
  rigArguments,
  roomOf,
  serverRuntime,
  typedFlags,
  USUAL_DISK,
  type WantedFlags,
  wantedOf,
  wishesOf,
} from "../../../plan/ask/flags/index.ts";
import { type PlannedMachine, rigFor } from "../../../plan/ask/question/index.ts";

/** `loadout fit` without a model: what can be run on this machine, or on a rig written by hand. */
export async function fitRanking(
  context: CliContext,
  flags: QuestionFlags & WantedFlags & { readonly table?: boolean },
): Promise<number> {
  const [models, machine, pathOf] = await Promise.all([
    catalogModels(false),
    machineFor(context, flags),
    filesAtHand(context, flags),
  ]);
  const { rig } = machine.report;
  const named = flags.runtime ?? (machine.rigArguments === undefined ? "embedded" : "llama-server");
  const runtime = named === "llama-server" ? serverRuntime(flags.build) : embeddedRuntime();
  const { build, caller, engine, version, buildName } = runtime;
  const goal = flags.goal ?? "interactive";
  const table = flags.table === true || flags.vram !== undefined;
  // a table is of what fits whole: with experts in RAM the card alone says little
  const wishes = {
    ...(table && rig.devices.length > 0 ? { gpuLayers: "all" as const } : {}),
    ...wishesOf(flags),
    ...roomOf(flags),
  };
  const setup = { goal, wishes, rig, closable: machine.closable, build, caller };
  checkLicence(models, flags.licence);
  const { kept, leftOut } = onlyWanted(models, wantedOf(flags));
  const ranking = rankModels(kept, setup, {
    ...(flags.quant === undefined ? {} : { floor: flags.quant }),
    ...(flags.maxSize === undefined ? {} : { mostFileBytes: flags.maxSize }),
  });
  const { tooLarge } = ranking.counts;
  // what is free here says nothing of another machine's disk
  const free = machine.rigArguments === undefined ? await freeDisk((await homeOf(context)).folders) : undefined;
  const answer = answerRanking(ranking, {
    goal,
    rig,
    runtime: { engine, version, build: buildName, backend: rig.devices[0]?.backend ?? "cpu" },
    assumptions: [...(machine.assumptions ?? []), ...(runtime.note === undefined ? [] : [runtime.note])],
    ...(machine.rigArguments === undefined ? {} : { rigArguments: machine.rigArguments }),
    typed: typedFlags(flags),
    pathOf,
    leftOut: tooLarge > 0 ? [...leftOut, { wish: "maxSize", no: tooLarge, unknown: 0 }] : leftOut,
    reading: flags.disk?.reading ?? USUAL_DISK,
    ...(free ? { disk: free } : {}),
    ...(table ? { worked: workedRows(ranking.rows, kept, setup, flags.quant) } : {}),
  });
  context.out(flags.json ? JSON.stringify(answer, null, 2) : rankingText(answer, context.outStyle, flags.why));
  return answer.rows.length > 0 ? EXIT.ok : EXIT.no;
}

/** A licence that no model has was mistyped: everything left out would hide it. */
function checkLicence(models: readonly { readonly license?: string }[], licence: string | undefined): void {
  if (licence === undefined || licence === "open" || licence === "commercial") return;
  const names = [...new Set(models.flatMap(({ license }) => license ?? []))].toSorted();
  if (names.some((name) => name.toLowerCase().includes(licence.toLowerCase()))) return;
  const known = ["open", "commercial", ...names];
  throw new LoadoutError("unknown-value", {
    what: "--licence",
    expected: known.join(", "),
    got: licence,
    nearest: nearest(licence, known),
  });
}

async function machineFor(context: CliContext, flags: QuestionFlags): Promise<PlannedMachine> {
  const byHand = await rigFor(flags);
  if (byHand === undefined) return machineOf(context);
  const { rig, assumptions } = byHand;
  const closable = { host: 0, devices: rig.devices.map(() => 0) };
  return { report: { rig }, closable, assumptions, rigArguments: rigArguments(flags) };
}

/** Where a model of the catalog lies in a file type, by the names of the files on this machine. */
async function filesAtHand(
  context: CliContext,
  flags: QuestionFlags,
): Promise<(id: string, fileType: string) => string | undefined> {
  const { home, config } = await homeOf(context);
  const { weights } = await findWeights({ home, modelsDirs: modelsDirsOf(flags, config) });
  const whole = weights.filter(({ role, incomplete }) => role === "model" && incomplete === undefined);
  if (whole.length === 0) return () => undefined;
  const { findModel } = await modelCatalog();
  const paths = new Map<string, string>();
  for (const { name, path } of whole) {
    const match = findModel(`${name.slice(name.indexOf(":") + 1)}.gguf`);
    if (match.kind === "found" && match.fileType !== undefined) paths.set(`${match.row.id} ${match.fileType}`, path);
  }
  return (id, fileType) => paths.get(`${id} ${fileType}`);
}
