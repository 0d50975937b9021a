import { LoadoutError } from "../../../facts/errors/index.ts";
import { type CatalogRow, deviceCatalog, rigsByHand } from "../../../facts/hardware/index.ts";
import { answerGpus, type GpusAnswer } from "../../answer/index.ts";
import type { DeviceFlags } from "../flags/index.ts";

/** Devices that were meant, and of what size where that was said. */
export interface DevicesMeant {
  readonly rows: readonly CatalogRow[];
  readonly sizeBytes?: number;
}

/** `gpus [NAME]` */
export async function askGpus(flags: DeviceFlags, name: string): Promise<GpusAnswer> {
  const { rows, sizeBytes } = await devicesMeant(name, flags);
  const [{ rigByHand }, { SEVERAL_IN_ONE }] = await Promise.all([rigsByHand(), deviceCatalog()]);
  const size = sizeBytes === undefined ? {} : { sizeBytes };
  const whole = name !== "" && rows.every(({ id }) => !Object.hasOwn(SEVERAL_IN_ONE, id));
  return answerGpus(rows, whole ? { rigByHand, ...size } : undefined);
}

/** The devices that a name means, of those the flags leave. */
export async function devicesMeant(
  name: string,
  { vendor: maker, class: wanted, minMemory }: DeviceFlags,
): Promise<DevicesMeant> {
  const { labelBytes } = await rigsByHand();
  const leastBytes = minMemory === undefined ? 0 : labelBytes(minMemory, "--min-memory");
  const { rows, ...size } = await named(name);
  const left = rows.filter(
    ({ vendor, memoryBytes, class: line }) =>
      // processors' memory is looked up by name
      (line !== "cpu" || name !== "" || maker === "generic" || wanted === "cpu") &&
      (wanted === undefined || line === wanted) &&
      (maker === undefined || vendor === maker) &&
      (memoryBytes.at(-1) ?? leastBytes) >= leastBytes,
  );
  return { rows: left, ...size };
}

/** The device that a name means, those it may mean, else those that have all its words. */
async function named(name: string): Promise<DevicesMeant> {
  const { CATALOG, findDevice, searchDevices } = await deviceCatalog();
  if (name === "") return { rows: CATALOG };
  const match = findDevice(name);
  if (match.kind === "found")
    return { rows: [match.row], ...(match.sizeBytes === undefined ? {} : { sizeBytes: match.sizeBytes }) };
  if (match.kind === "several") return { rows: match.rows };
  const rows = searchDevices(name);
  if (rows.length > 0) return { rows };
  const nearest = match.near.map(({ id }) => id).join(", ") || "none is called alike";
  throw new LoadoutError("device-not-found", { what: "gpus", got: name, nearest });
}
