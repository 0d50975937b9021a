import type { CachedAnswers } from "./cache.ts";
import { explainFailure } from "./failures.ts";
import type { Finding } from "./report.ts";
import type { Shell } from "./shell.ts";

/** How to ask a tool. */
interface Ask {
  readonly timeoutMs?: number;
  /** the answer holds until the next boot or a change of devices (names, sizes), so it may come from the cache */
  readonly fixed?: boolean;
  /** a good answer by itself whatever the exit code: nvidia-smi exits 14 after a good table with a warning */
  readonly accept?: (stdout: string) => boolean;
}

/** Asks tools and keeps what became of each. */
export interface Tools {
  /** what the tool printed, or nothing when it has no answer; the reason is then among the findings */
  ask(command: string, args: readonly string[], options?: Ask): Promise<string | undefined>;
  readonly findings: readonly Finding[];
}

/** Long enough for a driver that wakes a card up, short enough for a person who waits. */
const TIMEOUT_MS = 4_000;

export function createTools(shell: Shell, clock: () => number, answers: CachedAnswers): Tools {
  const findings: Finding[] = [];
  return {
    findings,
    async ask(command, args, { timeoutMs = TIMEOUT_MS, fixed = false, accept } = {}) {
      const line = [command, ...args].join(" ");
      const kept = fixed ? answers.get(line) : undefined;
      if (kept !== undefined) {
        findings.push({ tool: command, command: line, status: "ok", ms: 0, cached: true });
        return kept;
      }
      const start = clock();
      const result = await shell.run(command, args, { timeoutMs });
      const ms = Math.max(clock() - start, 0);
      const good = result.exitCode === 0 || (accept !== undefined && accept(result.stdout));
      const failure = explainFailure(result, good);
      if (failure !== undefined) {
        const told =
          failure.status === "not installed" &&
          findings.some((one) => one.tool === command && one.status === "not installed");
        if (told) return undefined;
        findings.push({ tool: command, command: line, ...failure, ms, cached: false });
        return undefined;
      }
      findings.push({ tool: command, command: line, status: "ok", ms, cached: false });
      if (fixed) answers.set(line, result.stdout);
      return result.stdout;
    },
  };
}
