import { spawn } from "node:child_process";
import { LoadoutError } from "../../../facts/errors/index.ts";

/** What a command printed and how it ended. */
interface CommandResult {
  /** undefined when the program could not be started or was killed */
  readonly exitCode: number | undefined;
  readonly output: string;
}

export type RunCommand = (
  command: readonly string[],
  options: { env?: Readonly<Record<string, string>>; signal?: AbortSignal },
) => Promise<CommandResult>;

/** The end of a command's output that is kept: an error message of pip is a few lines. */
const KEPT_OUTPUT = 16_384;

/** Names Python has on its systems: python.org's launcher on Windows, `python` in virtual environments. */
const PYTHONS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  win32: [["py", "-3"], ["python"], ["python3"]],
  other: [["python3"], ["python"]],
};

export const runCommand: RunCommand = ([program, ...args], { env, signal }) =>
  new Promise((resolve) => {
    const child = spawn(program!, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"], signal });
    let output = "";
    const keep = (chunk: Buffer) => (output = (output + chunk.toString()).slice(-KEPT_OUTPUT));
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", (error) => resolve({ exitCode: undefined, output: output || error.message }));
    child.on("close", (code) => resolve({ exitCode: code ?? undefined, output }));
  });

/** The first Python on this machine that has pip, as the start of a command. Debian's Python may lack it. */
export async function findPip(what: string, run: RunCommand, platform: string): Promise<readonly string[]> {
  let got = "no Python was found";
  for (const python of PYTHONS[platform] ?? PYTHONS["other"]!) {
    const { exitCode, output } = await run([...python, "-m", "pip", "--version"], {});
    if (exitCode === 0) return [...python, "-m", "pip"];
    if (/No module named pip/.test(output)) got = `${python.join(" ")} has no pip module`;
  }
  throw new LoadoutError("pip-missing", { what, got });
}

/**
 * What pip is asked: only the named wheels. Without --no-deps it would fetch and build what they require; a source package
 * would run its own code. Index, proxy, certificates and time-outs are the user's own pip settings.
 */
export function pipDownload(pip: readonly string[], requirements: readonly string[], folder: string): string[] {
  const options = ["--no-deps", "--only-binary=:all:", "--no-input", "--disable-pip-version-check", "--retries", "2"];
  return [...pip, "download", ...options, "--progress-bar", "off", "-d", folder, ...requirements];
}

/** Why pip failed, in its own words: its last line that begins with ERROR; that it reached no index, which it hides there. */
export function pipReason(output: string): string {
  const broken = /after connection broken by ['"](\w+)/.exec(output)?.[1];
  if (broken !== undefined) return `the package index cannot be reached (${broken})`;
  const lines = output.split(/\r?\n/).filter((line) => line.trim() !== "");
  const errors = lines.filter((line) => line.startsWith("ERROR:"));
  return (errors.at(-1) ?? lines.at(-1) ?? "it printed nothing").replace(/^ERROR:\s*/, "");
}
