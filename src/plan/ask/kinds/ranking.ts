import { LoadoutError } from "../../../facts/errors/index.ts";
import { answerRanking, type DiskFacts, type RankingAnswer } from "../../answer/index.ts";
import { onlyWanted, rankModels, workedRows } from "../../rank/index.ts";
import { draftFlagOf, nearest, roomOf, typedFlags, USUAL_DISK, wantedOf, wishesOf } from "../flags/index.ts";
import { plainRuntime } from "./plain-runtime.ts";
import { type Asking, machineFor } from "../question/index.ts";
import type { FitFlags } from "./fit.ts";
import { catalogModels } from "./rank-models.ts";

/** What a ranking says of this machine besides. */
interface AtHand {
  /** where a model of the catalog lies in a file type */
  readonly pathOf: (id: string, fileType: string) => string | undefined;
  /** room for downloads; asked only where this machine is meant */
  readonly freeDisk?: () => Promise<Pick<DiskFacts, "folder" | "freeBytes"> | undefined>;
}

/** `fit` without a model: what can be run on a machine. */
export async function askRanking(
  asking: Pick<Asking, "machine">,
  flags: FitFlags,
  atHand: () => Promise<AtHand> = () => Promise.resolve({ pathOf: () => undefined }),
): Promise<RankingAnswer> {
  const flag = draftFlagOf(flags);
  if (flag !== undefined) throw new LoadoutError("flag-without-model", { flag });
  const [models, machine, { pathOf, freeDisk }] = await Promise.all([
    catalogModels(false),
    machineFor(flags, asking.machine),
    atHand(),
  ]);
  const { rig } = machine.report;
  const named = flags.runtime ?? (machine.rigArguments === undefined ? "embedded" : "llama-server");
  const runtime = plainRuntime(named, flags);
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
  const free = machine.rigArguments === undefined ? await freeDisk?.() : undefined;
  return answerRanking(ranking, {
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
