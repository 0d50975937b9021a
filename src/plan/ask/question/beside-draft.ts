import type { Rig } from "../../../facts/hardware/index.ts";
import { GOALS, settingsFor } from "../../fit/index.ts";
import { predictLlamaCpp } from "../../../predict/memory/index.ts";
import { checkDraft, type Drafting } from "./drafting.ts";
import { withLent } from "./guessing.ts";
import type { PlannedMachine } from "./machine.ts";
import { withChosenFileType } from "./chosen-file-type.ts";
import type { PlanFlags, Runtime } from "../flags/index.ts";
import type { Weights } from "../model/index.ts";

/** The file type where nobody named one, beside a draft that takes its room; refused where no server would take the draft. `room`: see {@link withChosenFileType}. */
export async function withDraft(
  read: Weights,
  machine: PlannedMachine,
  flags: PlanFlags,
  runtime: Runtime,
  drafting: Drafting | undefined,
  room?: number,
): Promise<Weights> {
  if (!drafting) return withChosenFileType(read, machine, flags, runtime, room);
  const unread = checkDraft(read, drafting);
  const weights = await withChosenFileType(
    read,
    besideDraft(machine, drafting, read.tensors, flags, runtime),
    flags,
    runtime,
    room,
  );
  return { ...weights, assumptions: [...(weights.assumptions ?? []), ...unread] };
}

/** A machine with the room taken that a draft will need, for choosing the file type of the model beside it. */
function besideDraft<Machine extends PlannedMachine>(
  machine: Machine,
  { weights }: Drafting,
  lender: Weights["tensors"],
  flags: PlanFlags,
  { build, caller }: Runtime,
): Machine {
  if (weights === undefined) return machine;
  const { rig } = machine.report;
  const goal = GOALS[flags.goal ?? "interactive"];
  const { geometry, tensors } = weights;
  const prediction = predictLlamaCpp({
    geometry,
    tensors: geometry.draftHead ? withLent(tensors, lender) : tensors,
    build,
    caller,
    devices: rig.devices,
    cpuFeatures: rig.host.cpu.features,
    settings: settingsFor({
      context: flags.context ?? goal.context,
      users: flags.users ?? goal.users,
      microBatch: flags.microBatch ?? goal.microBatch,
      cacheType: "f16",
      gpuLayers: "all",
    }),
  });
  if (prediction.kind === "rejected") return machine;
  const takes = new Map(
    prediction.places.map(({ place, terms }) => [place, Object.values(terms).reduce((sum, bytes) => sum + bytes, 0)]),
  );
  return { ...machine, report: { ...machine.report, rig: withLess(rig, takes) } };
}

function withLess(rig: Rig, takes: ReadonlyMap<"host" | number, number>): Rig {
  const held = (bytes: number) => ({
    key: "draft",
    label: "the draft beside it",
    lowBytes: bytes,
    bytes,
    highBytes: bytes,
    source: "predicted",
  });
  const { host } = rig;
  const onHost = takes.get("host") ?? 0;
  return {
    ...rig,
    host: host.held
      ? { ...host, held: [...host.held, held(onHost)] }
      : { ...host, availableBytes: Math.max(0, host.availableBytes - onHost) },
    devices: rig.devices.map((device, index) => {
      const bytes = takes.get(index) ?? 0;
      if (device.held) return { ...device, held: [...device.held, held(bytes)] };
      const { freeBytes = device.totalBytes } = device;
      return freeBytes === undefined ? device : { ...device, freeBytes: Math.max(0, freeBytes - bytes) };
    }),
  };
}
