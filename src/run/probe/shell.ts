import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** What a command printed and how it ended. */
export interface ShellResult {
  readonly stdout: string;
  readonly stderr: string;
  /** absent when it was killed or never ran */
  readonly exitCode?: number;
  /** there is no such program */
  readonly missing: boolean;
  /** it was ended because it took longer than its time-out */
  readonly timedOut: boolean;
}

/** Runs a program by name with arguments. Never throws, never asks: a missing program is a result like any other. */
export interface Shell {
  run(command: string, args: readonly string[], options: { readonly timeoutMs: number }): Promise<ShellResult>;
}

/** The tools answer in kilobytes; a tool that prints more than this is broken. */
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** The shell of this machine. Texts come in English (`LC_ALL=C`) where a tool can speak it. */
export const machineShell: Shell = {
  run(command, args, { timeoutMs }) {
    if (!isThere(command)) return Promise.resolve({ stdout: "", stderr: "", missing: true, timedOut: false });
    return new Promise((resolve) => {
      const options = {
        timeout: timeoutMs,
        killSignal: "SIGKILL" as const,
        maxBuffer: MAX_OUTPUT_BYTES,
        windowsHide: true,
        env: { ...process.env, LC_ALL: "C" },
      };
      try {
        execFile(command, args, options, (error, stdout, stderr) => {
          if (error === null) return resolve({ stdout, stderr, exitCode: 0, missing: false, timedOut: false });
          const missing = error.code === "ENOENT" || error.code === "EACCES";
          const exitCode = typeof error.code === "number" ? error.code : undefined;
          const timedOut = error.killed === true && error.signal === "SIGKILL";
          resolve({ stdout, stderr, ...(exitCode === undefined ? {} : { exitCode }), missing, timedOut });
        });
      } catch (error) {
        resolve({ stdout: "", stderr: String(error), missing: true, timedOut: false });
      }
    });
  },
};

/** Most tools are not installed on most machines: looking along PATH costs microseconds, a failed start milliseconds. */
function isThere(command: string): boolean {
  if (process.platform === "win32" || command.includes("/")) return true; // found out by starting it
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
