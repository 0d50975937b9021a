import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Peer, PeerAnswer, PeerQuestion } from "./peer.ts";

const VERSION = "0.26.0";
const MODULE = "github.com/gpustack/gguf-parser-go";

/** gguf-parser-go, by its library: built once, into the cache, from the Go module proxy. */
export const ggufParser: Peer = {
  name: `gguf-parser-go ${VERSION}`,
  async ask(questions, cache) {
    const program = build(join(cache, `gguf-parser-${VERSION}`));
    return typeof program === "string" ? answersOf(program, questions) : program;
  },
};

function build(folder: string): string | { readonly absent: string } {
  const program = join(folder, "ask");
  if (existsSync(program)) return program;
  if (spawnSync("go", ["version"]).status !== 0) {
    return { absent: "Go 1.22 or newer on the path (https://go.dev/dl, or a distribution's `golang` package)" };
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "go.mod"), `module peers\n\ngo 1.22\n\nrequire ${MODULE} v${VERSION}\n`);
  copyFileSync(join(import.meta.dirname, "gguf-parser.go"), join(folder, "main.go"));
  const env = { ...process.env, GOFLAGS: "-mod=mod", GOPATH: join(folder, "go"), GOCACHE: join(folder, "build") };
  const { status, stderr } = spawnSync("go", ["build", "-o", program, "."], { cwd: folder, env, encoding: "utf8" });
  return status === 0 ? program : { absent: `gguf-parser-go ${VERSION}, which did not build: ${stderr.trim()}` };
}

async function answersOf(program: string, questions: readonly PeerQuestion[]): Promise<PeerAnswer[]> {
  const child = spawn(program, { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(questions.map((question) => `${JSON.stringify(question)}\n`).join(""));
  const lines = (await text(child.stdout)).trim().split("\n");
  return questions.map((_, index): PeerAnswer => {
    const line = lines[index];
    return line === undefined ? { refused: "ended before it answered" } : JSON.parse(line);
  });
}
