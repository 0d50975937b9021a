export { diskFreeBytes, machineFiles, type Files } from "./files.ts";
export { probe, type ProbeOptions } from "./probe.ts";
export type { Bandwidth, Finding, Holder, ProbeReport, ToolStatus } from "./report.ts";
export { machineShell, type Shell, type ShellResult } from "./shell.ts";
export { machineSystem, type System } from "./system.ts";
