import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { availableParallelism, homedir } from "node:os";
import { delimiter, join } from "node:path";
import { librarySource, PACKAGE, pip, run } from "./sources.ts";

/** Where checks keep what they fetch and build, outside the checkout. */
const CACHE = process.env["LOADOUT_TEST_CACHE"] ?? join(homedir(), ".cache", "loadout-tests");
const PROGRAM = join(import.meta.dirname, "program");

/**
 * No optimization: the library only plans here and computes nothing, and builds in a quarter of the time. Nothing is looked up on this
 * machine, so that the library is the same everywhere.
 */
const LIBRARY_FLAGS = [
  "-DCMAKE_BUILD_TYPE=Release",
  "-DCMAKE_CXX_FLAGS_RELEASE=-O0",
  "-DCMAKE_C_FLAGS_RELEASE=-O0",
  "-DBUILD_SHARED_LIBS=OFF",
  "-DGGML_NATIVE=OFF",
  "-DGGML_CCACHE=OFF",
  "-DLLAMA_BUILD_TESTS=OFF",
  "-DLLAMA_BUILD_TOOLS=OFF",
  "-DLLAMA_BUILD_EXAMPLES=OFF",
  "-DLLAMA_BUILD_SERVER=OFF",
];

/** The program, built where it is not there yet (about a minute on two cores). `tell` hears what takes long. */
export function oracleProgram(tell: (text: string) => void): string {
  const folder = join(CACHE, `oracle-${hash([PACKAGE.sha256, ...LIBRARY_FLAGS])}`);
  const sources = globSync("*.{cpp,hpp}", { cwd: PROGRAM }).sort();
  const version = hash(sources.map((name) => readFileSync(join(PROGRAM, name), "utf8")));
  const program = join(folder, `oracle-${version}`);
  if (existsSync(program)) return program;
  const compiler = compilerName();
  tell(`building the oracle in ${folder}`);
  const source = librarySource(folder);
  const built = buildLibrary(folder, source);
  const [libraries, includes] = [
    ["src/libllama.a", "ggml/src/libggml.a", "ggml/src/libggml-cpu.a", "ggml/src/libggml-base.a"],
    ["include", "src", "ggml/include", "ggml/src", "vendor"],
  ];
  run([
    compiler,
    "-std=c++17",
    "-O1",
    "-o",
    `${program}.part`,
    join(PROGRAM, "oracle.cpp"),
    ...includes.map((name) => `-I${join(source, name)}`),
    ...libraries.map((name) => join(built, name)),
    ...(process.platform === "darwin" ? ["-framework", "Accelerate"] : ["-fopenmp", "-ldl", "-lpthread"]),
    "-lm",
  ]);
  renameSync(`${program}.part`, program);
  return program;
}

function buildLibrary(folder: string, source: string): string {
  const built = join(folder, "build");
  if (existsSync(join(built, "done"))) return built;
  const tools = cmakeFolder(folder);
  const cmake = tools === undefined ? "cmake" : join(tools, "cmake");
  const ninja = tools !== undefined || runs("ninja");
  if (tools !== undefined) process.env["PATH"] = `${tools}${delimiter}${process.env["PATH"]}`;
  run([cmake, "-S", source, "-B", built, ...(ninja ? ["-G", "Ninja"] : []), ...LIBRARY_FLAGS]);
  run([cmake, "--build", built, "--target", "llama", "--parallel", String(availableParallelism())]);
  mkdirSync(join(built, "done"));
  return built;
}

/** Where a machine has no cmake, its wheel and Ninja's are installed beside the build. */
function cmakeFolder(folder: string): string | undefined {
  if (runs("cmake")) return undefined;
  const tools = join(folder, "tools");
  if (!existsSync(join(tools, "bin", "cmake"))) {
    pip(["install", "--quiet", "--target", tools, "cmake", "ninja"]);
  }
  process.env["PYTHONPATH"] = tools;
  return join(tools, "bin");
}

function compilerName(): string {
  const found = ["g++", "clang++", "c++"].find(runs);
  if (found !== undefined) return found;
  throw new Error("the oracle needs a C++ compiler: install one (Debian: apt-get install g++)");
}

function runs(command: string): boolean {
  return spawnSync(command, ["--version"], { stdio: "ignore" }).status === 0;
}

function hash(parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 12);
}
