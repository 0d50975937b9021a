// Proves that a download survives kill -9: a child downloads from a stand-in of the hub and is killed each time the server has
// sent up to the next of N random points; then it resumes. Every byte is counted where it is sent, so that what lies in the
// system's buffers when the child dies counts as fetched. Usage: node tools/kill-download.ts [--kills 20] [--seed 1] [--bytes N]
import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { seededRandom } from "../src/facts/units/index.ts";
import { downloadFromHub } from "../src/run/fetch/hub/index.ts";
import { startHub, type Seen } from "./hub-stand-in.ts";

export interface KillReport {
  readonly kills: number;
  readonly bytes: number;
  /** bytes sent more than once because of each kill, in order */
  readonly overlaps: readonly number[];
  readonly expectedSha256: string;
  readonly sha256: string;
}

/** The most that one kill may cost. */
export const MAX_OVERLAP_BYTES = 2 ** 20;

export async function killDownload(options: { kills: number; seed: number; bytes: number }): Promise<KillReport> {
  const random = seededRandom(options.seed);
  const bytes = new Uint8Array(options.bytes);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = random() * 256;
  const points = Array.from({ length: options.kills }, () => Math.floor(random() * options.bytes)).sort(
    (a, b) => a - b,
  );
  const folder = await mkdtemp(join(tmpdir(), "loadout-kill-"));
  let child: ChildProcess | undefined;
  let point = Infinity;
  const onPiece = ({ server, start, sentBytes }: Seen) => {
    if (server === "content" && start + sentBytes > point) child?.kill("SIGKILL");
  };
  await using hub = await startHub({ files: { "owner/name/weights.gguf": { bytes } }, onPiece });
  const overlaps: number[] = [];
  let sentTo = 0;
  try {
    for (const next of [...points, Infinity]) {
      // a point that an earlier kill has passed already: die at the first piece
      point = next;
      const before = hub.seen.length;
      child = spawn(process.execPath, ["--no-warnings", import.meta.filename, "child", hub.endpoint, folder], {
        stdio: ["ignore", "ignore", "inherit"],
      });
      await once(child, "close");
      const windows = hub.seen.slice(before).filter(({ server, method }) => server === "content" && method === "GET");
      if (windows[0] !== undefined && before > 0) overlaps.push(Math.max(0, sentTo - windows[0].start));
      sentTo = Math.max(sentTo, ...windows.map(({ start, sentBytes }) => start + sentBytes));
    }
    const path = join(folder, "models--owner--name", "snapshots", hub.commit, "weights.gguf");
    const hash = createHash("sha256");
    for await (const chunk of createReadStream(path)) hash.update(chunk);
    const expectedSha256 = createHash("sha256").update(bytes).digest("hex");
    return { kills: options.kills, bytes: options.bytes, overlaps, expectedSha256, sha256: hash.digest("hex") };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  const [role, endpoint, cacheDir] = process.argv.slice(2);
  if (role === "child") {
    const address = { repository: "owner/name", revision: "main", file: "weights.gguf" };
    await downloadFromHub({ endpoint: endpoint!, cacheDir: cacheDir!, offline: false }, address);
    return;
  }
  const { values } = parseArgs({
    options: {
      kills: { type: "string", default: "20" },
      seed: { type: "string", default: "1" },
      bytes: { type: "string", default: "98362432" },
    },
  });
  const report = await killDownload({
    kills: Number(values.kills),
    seed: Number(values.seed),
    bytes: Number(values.bytes),
  });
  const worst = Math.max(0, ...report.overlaps);
  const sumHolds = report.sha256 === report.expectedSha256;
  console.log(`${report.kills} kills (seed ${values.seed}) over ${report.bytes} bytes`);
  console.log(`fetched twice a kill: at most ${worst} bytes, ${report.overlaps.join(" ")}`);
  console.log(`sha256 ${sumHolds ? "right" : "WRONG"}: ${report.sha256}`);
  if (!sumHolds || worst > MAX_OVERLAP_BYTES || report.overlaps.length < report.kills) process.exitCode = 1;
}

if (import.meta.main) await main();
