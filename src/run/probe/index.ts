export { measureCopyBandwidth } from "./bandwidth.ts";
export { capEngineDevices, engineDevices, withEngineDevices, type HostMemory } from "./engine-devices.ts";
export { diskFreeBytes, machineFiles, type Files } from "./files.ts";
export type { EngineDevice } from "./parsers/engine-device.ts";
export { probe, type ProbeOptions } from "./probe.ts";
export type { Bandwidth, Finding, Holder, ProbeReport, ToolStatus } from "./report.ts";
export { machineShell, type Shell, type ShellResult } from "./shell.ts";
export { machineSystem, type System } from "./system.ts";
