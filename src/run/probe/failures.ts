import type { Finding } from "./report.ts";
import type { ShellResult } from "./shell.ts";

type Failure = Pick<Finding, "status" | "reason">;

/** Words by which tools say why they have nothing to say; the first match counts. */
const REASONS: readonly (readonly [RegExp, Finding["status"]])[] = [
  [
    /couldn't communicate with the NVIDIA driver|driver\/library version mismatch|driver (is )?not loaded/i,
    "driver not running",
  ],
  [
    /amdgpu (driver )?not (found|loaded)|ROCk module is NOT loaded|driver not initialized|unable to open \/dev\/kfd/i,
    "driver not running",
  ],
  [
    /no devices were found|no device discovered|no supported (gpu|device)s? found|number of platforms\s+0\s*$/i,
    "no devices",
  ],
  [/permission denied|not permitted|must be root|run as root|access is denied/i, "not permitted"],
  [/command not found|: not found|is not recognized as/i, "not installed"],
];

/**
 * Why a tool gave no data, or nothing when it gave some. `good` = its exit code, or a look at its output, says it did.
 * Some tools exit 0 with "No devices were found", so a good exit is believed only when no known excuse was printed.
 */
export function explainFailure(result: ShellResult, good: boolean): Failure | undefined {
  if (result.missing) return { status: "not installed" };
  if (result.timedOut) return { status: "timed out" };
  const excuse = explainText(good ? result.stdout.slice(0, 400) : `${result.stdout.slice(0, 4_000)}\n${result.stderr}`);
  if (good) return excuse?.status === "no devices" || excuse?.status === "driver not running" ? excuse : undefined;
  if (excuse !== undefined) return excuse;
  const reason = firstLine(result.stderr) ?? firstLine(result.stdout);
  const status = result.exitCode === 127 ? "not installed" : "failed";
  return { status, reason: reason ?? `exit code ${result.exitCode ?? "unknown"}` };
}

/** The excuse a text makes, if it is one. */
export function explainText(text: string): Failure | undefined {
  for (const [pattern, status] of REASONS) {
    const match = pattern.exec(text);
    if (match === null) continue;
    const line = text.slice(text.lastIndexOf("\n", match.index) + 1).split("\n", 1)[0]!;
    return { status, reason: line.trim().slice(0, 200) };
  }
  return undefined;
}

function firstLine(text: string): string | undefined {
  return text
    .split("\n")
    .map((line) => line.trim())
    .find((line) => line !== "")
    ?.slice(0, 200);
}
