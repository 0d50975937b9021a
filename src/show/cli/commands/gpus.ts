import { EXIT } from "../../../facts/errors/index.ts";
import { type CardFlags, type DeviceFlags, needsModel } from "../../../plan/ask/flags/index.ts";
import { askGpus } from "../../../plan/ask/kinds/gpus.ts";
import { guarded, type CliContext } from "../context.ts";
import { gpuText, gpusText } from "../text/gpus-text.ts";

interface GpusFlags extends CardFlags, DeviceFlags {
  readonly json?: boolean;
}

/** `loadout gpus [NAME]`; `--for MODEL` ranks them */
export const gpus = guarded(async function (this: CliContext, flags: GpusFlags, ...typed: readonly string[]) {
  const name = typed.join(" ");
  const { for: model } = flags;
  if (model !== undefined) return (await import("./gpus-for.ts")).gpusFor(this, { ...flags, for: model }, name);
  needsModel(flags);
  const answer = await askGpus(flags, name);
  const [row] = answer.devices;
  if (flags.json) this.out(JSON.stringify(answer, null, 2));
  else if (row && name !== "" && answer.devices.length === 1)
    this.out(gpuText(row, answer.usable ?? [], this.outStyle));
  else this.out(gpusText(answer.devices, this.outStyle));
  return answer.devices.length > 0 ? EXIT.ok : EXIT.no;
});
