export { measureCopyBandwidth } from "./bandwidth.ts";
export { withEngineDevices } from "./engine-devices.ts";
export type { EngineDevice } from "./parsers/engine-device.ts";
export { probe, type ProbeOptions } from "./probe.ts";
export type { Bandwidth, Finding, Holder, ProbeReport, ToolStatus } from "./report.ts";
export { machineShell } from "./shell.ts";
