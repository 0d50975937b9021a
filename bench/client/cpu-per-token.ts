// Processor time per streamed token of programs that drive the same load, in the same run, one after the other.
import { spawn } from "node:child_process";
import { join } from "node:path";
import type { NullServer } from "../../src/run/bench/load/index.ts";
import { CpuWatch } from "./cpu.ts";
import { type PeerCommand, peerCommand, type PeerLoad } from "./peers.ts";

/** About 5,000 tokens a second for six seconds: less than any of them can take. */
export const CPU_LOAD: PeerLoad = {
  streams: 64,
  requests: 640,
  promptTokens: 64,
  tokens: 50,
  ttftMs: 50,
  gapMs: 12,
};
/** Share of the tokens that is looked at, in the middle: programs that start or end are not. */
const [FROM, TO] = [0.1, 0.9];

export function ourCommand(url: string, keep: boolean): PeerCommand {
  const script = join(import.meta.dirname, "ours.ts");
  const args = [script, url, JSON.stringify(CPU_LOAD), ...(keep ? ["--keep"] : [])];
  return { name: "ours", program: process.execPath, args };
}

export function theirCommand(typed: string, tokenizer: string, url: string): PeerCommand {
  return peerCommand(typed, tokenizer, url.replace(/\/v1$/, ""), CPU_LOAD);
}

/** Microseconds per token that the server sent, over the middle of the run. */
export async function cpuPerToken(server: NullServer, command: PeerCommand): Promise<number> {
  await server.log();
  const child = spawn(command.program, command.args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...command.environment },
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-2000)));
  const watch = new CpuWatch(child.pid ?? 0);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  }).finally(() => watch.stop());
  const sent = Float64Array.from(Object.values(await server.log()).flatMap(({ sentMs }) => sentMs)).sort();
  const wanted = CPU_LOAD.requests * CPU_LOAD.tokens;
  // one that looks whether the server is there asks once more
  if (code !== 0 || sent.length < wanted || sent.length > wanted * 1.05)
    throw new Error(`${command.name} ended with ${code} after ${sent.length} of ${wanted} tokens: ${said}`);
  const [from, to] = [FROM, TO].map((share) => Math.floor(share * sent.length));
  const cpuUs = watch.between(sent[from!]!, sent[to!]!);
  if (cpuUs === undefined) throw new Error("this system does not say what a program uses while it runs");
  return cpuUs / (to! - from!);
}
