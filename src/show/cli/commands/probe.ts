import { formatBytes, formatRate } from "../../../facts/units/index.ts";
import { ANSWER_VERSION } from "../../../plan/answer/index.ts";
import type { ProbeReport } from "../../../run/probe/index.ts";
import { guarded, type CliContext } from "../context.ts";
import { machineOf } from "../machine.ts";
import { columns } from "../text/layout.ts";
import type { Style } from "../text/style.ts";

interface ProbeFlags {
  readonly json?: boolean;
  readonly fresh?: boolean;
}

/** `loadout probe` */
export const probe = guarded(async function (this: CliContext, flags: ProbeFlags) {
  const { report } = await machineOf(this, flags);
  if (flags.json) this.out(JSON.stringify({ schema: ANSWER_VERSION, kind: "probe", ...report }, null, 2));
  else this.out(probeText(report, this.outStyle));
});

function probeText({ rig, findings, holders, bandwidth, notes }: ProbeReport, style: Style): string {
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
      ]
        .filter(Boolean)
        .join(", "),
    ]),
    ...(devices.length === 0 ? [["GPU", "none that an engine can use"]] : []),
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
