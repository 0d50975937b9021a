import { EXIT, LoadoutError } from "../../../facts/errors/index.ts";
import { deviceCatalog, rigsByHand, type CatalogRow, type Vendor } from "../../../facts/hardware/index.ts";
import { answerGpus } from "../../../plan/answer/index.ts";
import { needsModel, type CardFlags } from "../card-flags.ts";
import { guarded, type CliContext } from "../context.ts";
import { gpuText, gpusText } from "../text/gpus-text.ts";

interface GpusFlags extends CardFlags {
  readonly json?: boolean;
  readonly vendor?: Vendor;
  readonly class?: CatalogRow["class"];
  readonly minMemory?: string;
}

/** `loadout gpus [NAME]`; `--for MODEL` ranks them */
export const gpus = guarded(async function (this: CliContext, flags: GpusFlags, ...typed: readonly string[]) {
  if (flags.for === undefined) needsModel(flags);
  const { labelBytes, rigByHand } = await rigsByHand();
  const leastBytes = flags.minMemory === undefined ? 0 : labelBytes(flags.minMemory, "--min-memory");
  const name = typed.join(" ");
  const { rows, sizeBytes } = await meant(name);
  const wanted = rows.filter(
    ({ vendor, memoryBytes, class: line }) =>
      // processors' memory is looked up by name
      (line !== "cpu" || name !== "" || flags.vendor === "generic" || flags.class === "cpu") &&
      (flags.class === undefined || line === flags.class) &&
      (flags.vendor === undefined || vendor === flags.vendor) &&
      (memoryBytes.at(-1) ?? leastBytes) >= leastBytes,
  );
  if (flags.for !== undefined)
    return (await import("./gpus-for.ts")).gpusFor(this, { ...flags, for: flags.for }, wanted, name !== "");
  const size = sizeBytes === undefined ? {} : { sizeBytes };
  const { SEVERAL_IN_ONE } = await deviceCatalog();
  const whole = name !== "" && wanted.every(({ id }) => !Object.hasOwn(SEVERAL_IN_ONE, id));
  const answer = answerGpus(wanted, whole ? { rigByHand, ...size } : undefined);
  const [row] = answer.devices;
  if (flags.json) this.out(JSON.stringify(answer, null, 2));
  else if (row && name !== "" && answer.devices.length === 1)
    this.out(gpuText(row, answer.usable ?? [], this.outStyle));
  else this.out(gpusText(answer.devices, this.outStyle));
  return answer.devices.length > 0 ? EXIT.ok : EXIT.no;
});

/** The device that a name means, those it may mean, else those that have all its words. */
async function meant(name: string): Promise<{ readonly rows: readonly CatalogRow[]; readonly sizeBytes?: number }> {
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
