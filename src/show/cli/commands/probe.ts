import { LoadoutError } from "../../../facts/errors/index.ts";
import { formatBytes, formatRate } from "../../../facts/units/index.ts";
import { ANSWER_VERSION } from "../../../plan/answer/index.ts";
import type { EngineDevice, ProbeReport } from "../../../run/probe/index.ts";
import { guarded, type CliContext } from "../context.ts";
import { listedByEngine, machineOf } from "../machine.ts";
import { columns } from "../text/layout.ts";
import type { Style } from "../text/style.ts";

interface ProbeFlags {
  readonly json?: boolean;
  readonly fresh?: boolean;
}

/** `loadout probe` */
export const probe = guarded(async function (this: CliContext, flags: ProbeFlags) {
  const [{ report }, engineDevices] = await Promise.all([machineOf(this, flags), devicesOfEngine()]);
  if (flags.json)
    this.out(JSON.stringify({ schema: ANSWER_VERSION, kind: "probe", ...report, engineDevices }, null, 2));
  else this.out(probeText(report, engineDevices, this.outStyle));
});

/** What the embedded engine lists; where it cannot be asked, why (`loadout doctor` says what to do). */
async function devicesOfEngine(): Promise<readonly EngineDevice[] | string> {
  try {
    return await listedByEngine();
  } catch (error) {
    if (error instanceof LoadoutError) return error.message;
    throw error;
  }
}

function probeText(
  { rig, findings, holders, bandwidth, notes }: ProbeReport,
  listed: readonly EngineDevice[] | string,
  style: Style,
): string {
  const { host, devices } = rig;
  const rows: string[][] = [
    ["processor", `${host.cpu.model}, ${host.cpu.physicalCores} cores, ${host.cpu.logicalCores} threads`],
    ["instructions", host.cpu.features.join(" ") || "baseline"],
    ["RAM", `${formatBytes(host.ramBytes)}, ${formatBytes(host.availableBytes)} available`],
    ...(host.limitBytes === undefined ? [] : [["limit", `${formatBytes(host.limitBytes)} by the container or job`]]),
    ["swap", host.swapBytes > 0 ? formatBytes(host.swapBytes) : "none"],
    ...(host.diskFreeBytes === undefined ? [] : [["disk", `${formatBytes(host.diskFreeBytes)} free`]]),
    ["bandwidth", bandwidth ? `${formatRate(bandwidth.bytesPerSec)} (${bandwidth.method})` : "not measured"],
    ...devices.map((device, index) => [
      `GPU ${index}`,
      [
        device.name,
        device.backend,
        device.totalBytes === undefined ? "memory unknown" : formatBytes(device.totalBytes),
        device.freeBytes === undefined ? "" : `${formatBytes(device.freeBytes)} free`,
        device.memoryKind === "unified" ? "shared with the host" : "",
        // no tool prints it: it comes from the device's row
        device.bandwidthBytesPerSec === undefined ? "" : `${formatRate(device.bandwidthBytesPerSec)} published`,
      ]
        .filter(Boolean)
        .join(", "),
    ]),
    ...(devices.length === 0 ? [["GPU", "none that an engine can use"]] : []),
    ["engine lists", engineText(listed)],
  ];
  const tools = findings.map(({ tool, status, reason }) => [`  ${tool}`, status, style.faint(reason ?? "")]);
  const held = holders.map(({ name, pid, bytes, memory }) => [
    `  ${name} (${pid})`,
    bytes === undefined ? "unknown" : formatBytes(bytes),
    memory === "vram" ? "GPU memory" : "RAM",
  ]);
  return [
    style.strong(rig.name),
    ...columns(rows),
    ...(held.length === 0 ? [] : ["", style.strong("programs that hold memory"), ...columns(held, [1])]),
    "",
    style.strong("asked"),
    ...columns(tools),
    ...notes.map((note) => style.faint(`note: ${note}`)),
    "",
    `next: ${style.strong("loadout")}`,
  ].join("\n");
}

function engineText(listed: readonly EngineDevice[] | string): string {
  if (typeof listed === "string") return listed;
  const names = listed.map(
    ({ id, name, software }) => `${id}${name === undefined ? "" : ` ${name}`}${software ? " (software)" : ""}`,
  );
  return names.join(", ") || "no device but the processor";
}
