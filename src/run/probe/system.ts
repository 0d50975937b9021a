import { arch, cpus, freemem, homedir, hostname, platform, totalmem, uptime } from "node:os";
import type { Host } from "../../facts/hardware/index.ts";

/** What the language's own library knows of the machine: the way on every system, and the last resort for numbers. */
export interface System {
  readonly os: Host["os"];
  readonly arch: Host["arch"];
  readonly name: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeFolder: string;
  readonly cpuModel?: string;
  readonly logicalCores: number;
  readonly totalBytes: number;
  readonly freeBytes: number;
  /** wall clock of the boot, rough: two readings differ by clock adjustments */
  readonly bootedAtMs: number;
  /** of this process */
  readonly pid: number;
}

/** This machine. Systems and processors the engine has no build for count as the nearest that it has. */
export function machineSystem(): System {
  const processors = cpus();
  const os = platform();
  const model = processors[0]?.model.trim();
  return {
    os: os === "darwin" || os === "win32" ? os : "linux",
    arch: arch() === "arm64" ? "arm64" : "x64",
    name: hostname(),
    env: process.env,
    homeFolder: homedir(),
    ...(model === undefined || model === "" || model === "unknown" ? {} : { cpuModel: model }),
    logicalCores: Math.max(processors.length, 1),
    totalBytes: totalmem(),
    freeBytes: freemem(),
    bootedAtMs: Date.now() - uptime() * 1000,
    pid: process.pid,
  };
}
