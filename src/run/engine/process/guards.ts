import { spawn } from "node:child_process";
import { codeFile } from "../../home/index.ts";
import { codeOf } from "../../home/index.ts";

/** How one system starts a program with a guard beside it, and ends all that came of it. */
export interface GuardRow {
  /** the guard, which starts the program; it talks on its fourth channel (fd 3), which ends when Loadout does */
  readonly command: (program: string, args: readonly string[]) => { program: string; args: readonly string[] };
  /** ends the guard's whole group; "ask" lets it end by itself */
  readonly end: (guardPid: number, how: "ask" | "kill") => void;
}

/**
 * The guard of systems with process groups. It leads a group of its own, starts the program in it and says its process id; when
 * its channel ends, because Loadout has gone in whatever way, it asks the program to end and then ends the group. It says the
 * program's exit status before it ends whatever is left of the group, itself too.
 */
const POSIX_GUARD = `trap : TERM INT HUP PIPE
"$@" 3<&- &
child=$!
printf 'pid %s\\n' "$child" >&3
{ trap '' TERM INT HUP; read -r _ <&3; kill -TERM "$child"; sleep 3; kill -KILL 0; } &
wait "$child"; status=$?
while kill -0 "$child" 2>/dev/null; do wait "$child"; status=$?; done
printf 'exit %s\\n' "$status" >&3
kill -KILL 0`;

const POSIX: GuardRow = {
  command: (program, args) => ({ program: "/bin/sh", args: ["-c", POSIX_GUARD, "loadout-guard", program, ...args] }),
  end: (pid, how) => killQuietly(-pid, how === "ask" ? "SIGTERM" : "SIGKILL"),
};

/** Windows has no process groups and no signals: a small script of ours starts the program and ends its tree. */
const WINDOWS: GuardRow = {
  command: (program, args) => ({
    program: process.execPath,
    args: [codeFile("run/engine/process/guard-worker"), program, ...args],
  }),
  end: (pid) => {
    spawn("taskkill", ["/T", "/F", "/PID", `${pid}`], { stdio: "ignore" }).on("error", () => {});
  },
};

const GUARDS: Readonly<Record<string, GuardRow>> = { linux: POSIX, darwin: POSIX, win32: WINDOWS };

export function guardOf(platform: string): GuardRow {
  return GUARDS[platform] ?? POSIX;
}

function killQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (codeOf(error) !== "ESRCH") throw error; // it has gone already
  }
}
