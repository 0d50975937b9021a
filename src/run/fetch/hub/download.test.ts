import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import {
  mkdir,
  mkdtempDisposable,
  readdir,
  readFile,
  readlink,
  stat,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { startHub, type Fault, type Seen, type StandIn, type StandInFile } from "../../../../tools/hub-stand-in.ts";
import type { Progress } from "../progress.ts";
import { downloadFromHub, type HubDownload } from "./index.ts";

const bytes = Uint8Array.from({ length: 2_000_000 }, (_, index) => Math.imul(index, 2654435761) >>> 24);
const sha256 = createHash("sha256").update(bytes).digest("hex");
const address = { repository: "ada/tiny", revision: "main", file: "q4/tiny.gguf" };
const NAME = "ada/tiny/q4/tiny.gguf";

interface Bench {
  readonly hub: StandIn;
  readonly cacheDir: string;
  readonly root: string;
  readonly waits: number[];
  readonly download: (
    options?: HubDownload & { token?: string; offline?: boolean },
  ) => ReturnType<typeof downloadFromHub>;
}

type FaultOf = (seen: Seen, count: number) => Fault | undefined;

async function withHub(
  task: (bench: Bench) => Promise<void>,
  fault?: FaultOf,
  more: object = {},
  file: StandInFile = { bytes },
) {
  await using folder = await mkdtempDisposable(join(tmpdir(), "loadout-"));
  await using hub = await startHub({ files: { [NAME]: file }, ...(fault ? { fault } : {}), ...more });
  const waits: number[] = [];
  const delay = (ms: number) => Promise.resolve(void waits.push(ms));
  const cacheDir = join(folder.path, "hub");
  await task({
    hub,
    cacheDir,
    root: join(cacheDir, "models--ada--tiny"),
    waits,
    download: ({ token, offline = false, ...options } = {}) =>
      downloadFromHub({ endpoint: hub.endpoint, cacheDir, offline, ...(token ? { token } : {}) }, address, {
        retries: { attempts: 3, firstMs: 100, delay },
        ...options,
      }),
  });
}

const gets = (hub: StandIn) => hub.seen.filter(({ server, method }) => server === "content" && method === "GET");
const sentBytes = (hub: StandIn) => hub.seen.reduce((sum, { sentBytes: sent }) => sum + sent, 0);

describe("a download from the hub", () => {
  it("lies in the cache as other tools expect it, and is not fetched twice", async () => {
    await withHub(async ({ hub, root, download }) => {
      const seen: Progress[] = [];
      let clock = 0;
      const result = await download({ onProgress: (progress) => seen.push(progress), now: () => (clock += 50) });
      const path = join(root, "snapshots", hub.commit, "q4/tiny.gguf");
      expect(result).toEqual({ path, bytes: bytes.length, sha256, verified: true });
      expect(await readlink(path)).toBe(`../../../blobs/${sha256}`);
      expect(Buffer.compare(await readFile(path), bytes)).toBe(0);
      expect(await readFile(join(root, "refs/main"), "utf8")).toBe(hub.commit);
      expect(await readdir(join(root, "blobs"))).toEqual([sha256]);
      expect(seen.at(-1)).toMatchObject({ bytes: bytes.length, totalBytes: bytes.length, remainingMs: 0 });
      const sent = sentBytes(hub);
      expect(sent).toBe(bytes.length);
      expect((await download()).path).toBe(path);
      expect(sentBytes(hub)).toBe(sent);
    });
  });

  it("asks the hub once, then the content network in windows, which never get the token", async () => {
    await withHub(async ({ hub, download }) => {
      await download({ token: "hf_secret" });
      const [atHub, atContent] = [hub.seen.filter(({ server }) => server === "hub"), gets(hub)];
      expect(atHub.map(({ method, authorization }) => [method, authorization])).toEqual([
        ["HEAD", "Bearer hf_secret"],
        ["GET", "Bearer hf_secret"],
      ]);
      expect(atContent.length).toBeGreaterThan(1);
      expect(atContent.every(({ authorization, range }) => authorization === undefined && range !== undefined)).toBe(
        true,
      );
    });
  });

  it("goes on where a connection was cut, with what has come", async () => {
    const cuts: FaultOf = ({ server }, count) =>
      server === "content" && count < 3 ? { cutAfter: 100_000 } : undefined;
    await withHub(async ({ hub, waits, download }) => {
      expect(await download()).toMatchObject({ sha256 });
      // a cut takes with it what Node has read but not yet handed over: a buffer of 64 kB each time
      expect(sentBytes(hub)).toBeLessThanOrEqual(bytes.length + 3 * 2 ** 17);
      expect(waits).toEqual([]); // tries that bring something are not punished
    }, cuts);
  });

  it("waits longer after each try that brings nothing, and gives up after the last", async () => {
    const busy: FaultOf = ({ server }, count) => (server === "content" && count < 2 ? { status: 503 } : undefined);
    await withHub(async ({ waits, download }) => {
      expect(await download()).toMatchObject({ sha256 });
      expect(waits).toEqual([100, 200]);
    }, busy);
    await withHub(
      async ({ hub, download }) => {
        await expect(download()).rejects.toMatchObject({ code: "remote-failed" });
        expect(gets(hub)).toHaveLength(3);
      },
      ({ server }) => (server === "content" ? { status: 500 } : undefined),
    );
  });

  it("asks the hub again when the address it gave has expired", async () => {
    const expired: FaultOf = ({ server }, count) => (server === "content" && count === 1 ? { status: 403 } : undefined);
    await withHub(async ({ hub, download }) => {
      expect(await download()).toMatchObject({ sha256 });
      expect(hub.seen.filter(({ server, method }) => server === "hub" && method === "GET")).toHaveLength(2);
    }, expired);
  });

  it("resumes what an earlier run has left", async () => {
    await withHub(async ({ hub, root, download }) => {
      await mkdir(join(root, "blobs"), { recursive: true });
      await writeFile(join(root, `blobs/${sha256}.incomplete`), bytes.subarray(0, 1_500_000));
      const seen: Progress[] = [];
      expect(await download({ onProgress: (progress) => seen.push(progress) })).toMatchObject({ sha256 });
      expect(sentBytes(hub)).toBe(500_000);
      expect(seen[0]).toMatchObject({ bytes: 1_500_000 });
    });
  });

  it("begins again, once, when what was left is damaged or too long", async () => {
    for (const left of [new Uint8Array(1_500_000), new Uint8Array(3_000_000), new Uint8Array(2_000_000)])
      await withHub(async ({ root, download }) => {
        await mkdir(join(root, "blobs"), { recursive: true });
        await writeFile(join(root, `blobs/${sha256}.incomplete`), left);
        expect(await download()).toMatchObject({ sha256, verified: true });
      });
  });

  it("steps over what it has when the server ignores ranges", async () => {
    const whole: FaultOf = ({ server }, count) =>
      server === "content" ? { ignoreRange: true, ...(count === 0 ? { cutAfter: 300_000 } : {}) } : undefined;
    await withHub(async ({ download }) => expect(await download()).toMatchObject({ sha256 }), whole);
  });

  it("begins again when the file changes at the content network while it is fetched", async () => {
    const changed = bytes.toReversed();
    await withHub(
      async ({ hub, download }) => {
        const options = {
          onProgress: () => void hub.files.set(NAME, { bytes: changed }),
        };
        const result = await download(options);
        expect(result.sha256).toBe(createHash("sha256").update(changed).digest("hex"));
      },
      ({ server }, count) => (server === "content" && count === 0 ? { cutAfter: 100_000 } : undefined),
    );
  });

  it("begins again when there is nothing behind what it has", async () => {
    const refuse: FaultOf = ({ server }, count) => (server === "content" && count === 1 ? { status: 416 } : undefined);
    await withHub(async ({ download }) => expect(await download()).toMatchObject({ sha256 }), refuse);
  });

  it("keeps nothing whose sum is wrong", async () => {
    const wrong = { bytes, etag: "0".repeat(64) };
    await withHub(
      async ({ root, download }) => {
        await expect(download()).rejects.toMatchObject({ code: "hash-mismatch" });
        expect(await readdir(join(root, "blobs"))).toEqual([]);
      },
      undefined,
      {},
      wrong,
    );
  });

  it("refuses before the first byte a file that is not the one that was wanted", async () => {
    await withHub(async ({ hub, download }) => {
      await expect(download({ sha256: "f".repeat(64) })).rejects.toMatchObject({ code: "hash-mismatch" });
      expect(gets(hub)).toEqual([]);
    });
  });

  it("checks the given sum where the hub publishes none, and says when there was none", async () => {
    const plain = { bytes, etag: "9daeafb9864cf43055ae93beb0afd6c7d144bfa4", plain: true };
    const given = async ({ download }: Bench) => expect(await download({ sha256 })).toMatchObject({ verified: true });
    await withHub(given, undefined, { direct: true }, plain);
    const none = async ({ download }: Bench) => expect(await download()).toMatchObject({ verified: false, sha256 });
    await withHub(none, undefined, { direct: true }, plain);
  });

  it("works with a server that knows no HEAD", async () => {
    const noHead: FaultOf = ({ method }) => (method === "HEAD" ? { status: 405 } : undefined);
    await withHub(async ({ download }) => expect(await download()).toMatchObject({ sha256 }), noHead);
  });

  it.each([
    [401, "GatedRepo", "access-denied"],
    [403, undefined, "access-denied"],
    [401, "RepoNotFound", "remote-not-found"],
    [404, "EntryNotFound", "remote-not-found"],
    [429, undefined, "remote-failed"],
  ])("names the reason of a %i %s", async (status, reason, code) => {
    const refuse: FaultOf = () => ({ status, ...(reason ? { headers: { "x-error-code": reason } } : {}) });
    await withHub(async ({ download }) => {
      const error = expect.objectContaining({ code, message: expect.stringContaining(reason ?? String(status)) });
      await expect(download()).rejects.toEqual(error);
    }, refuse);
  });

  it("is refused before the first byte when the disk is too small or the person says no", async () => {
    await withHub(async ({ hub, download }) => {
      const freeBytes = () => Promise.resolve(bytes.length);
      await expect(download({ freeBytes })).rejects.toMatchObject({ code: "disk-full" });
      const asked: number[] = [];
      const consent = async (size: number) => {
        asked.push(size);
        throw new Error("no");
      };
      await expect(download({ consent })).rejects.toThrow("no");
      expect(asked).toEqual([bytes.length]);
      expect(gets(hub)).toEqual([]);
    });
  });

  it.skipIf(!existsSync("/dev/full"))(
    "says so when the disk fills up meanwhile (needs Linux's /dev/full)",
    async () => {
      await withHub(async ({ root, waits, download }) => {
        await mkdir(join(root, "blobs"), { recursive: true });
        await symlink("/dev/full", join(root, `blobs/${sha256}.incomplete`));
        await expect(download()).rejects.toMatchObject({ code: "disk-full" });
        expect(waits).toEqual([]);
      });
    },
  );

  it("gives up at once without a network, and uses what is in the cache then", async () => {
    await withHub(async ({ hub, waits, download }) => {
      const offline = { code: "network-unreachable" };
      await expect(download({ offline: true })).rejects.toMatchObject(offline);
      const { path } = await download();
      await hub.close();
      expect(await download()).toMatchObject({ path });
      expect(await download({ offline: true })).toMatchObject({ path });
      expect(waits).toEqual([]);
    });
    await withHub(async ({ hub, download }) => {
      await hub.close();
      await expect(download()).rejects.toMatchObject({ code: "network-unreachable" });
    });
  });

  it("gives up on a hub that never answers", async () => {
    const silent: FaultOf = () => ({ silent: true });
    await withHub(async ({ download }) => {
      await expect(download({ limits: { answerMs: 20 } })).rejects.toMatchObject({ code: "network-unreachable" });
    }, silent);
  });

  it("stops on request and keeps what has come", async () => {
    await withHub(async ({ root, download }) => {
      const stop = new AbortController();
      const onProgress = ({ bytes: have }: Progress) => (have > 0 ? stop.abort() : undefined);
      let clock = 0;
      await expect(download({ signal: stop.signal, onProgress, now: () => (clock += 200) })).rejects.toMatchObject({
        code: "interrupted",
      });
      expect((await stat(join(root, `blobs/${sha256}.incomplete`))).size).toBeGreaterThan(0);
      expect(await download()).toMatchObject({ sha256 });
    });
  });

  it("does not run twice at a time, but goes on after the other has died", async () => {
    await withHub(async ({ cacheDir, download }) => {
      const lock = join(cacheDir, ".locks/models--ada--tiny", `${sha256}.loadout-lock`);
      await mkdir(dirname(lock), { recursive: true });
      const code = `const { DatabaseSync } = require("node:sqlite"); const base = new DatabaseSync(process.argv[1]);
        base.exec("BEGIN EXCLUSIVE"); console.log("held"); setInterval(() => base, 1000);`;
      const other = spawn(process.execPath, ["--no-warnings", "-e", code, lock], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      await once(other.stdout, "data");
      await expect(download()).rejects.toMatchObject({ code: "download-busy" });
      other.kill("SIGKILL");
      await once(other, "close");
      expect(await download()).toMatchObject({ sha256 });
    });
  });

  it("heals a blob that another tool has cut", async () => {
    await withHub(async ({ root, download }) => {
      const { path } = await download();
      await truncate(join(root, "blobs", sha256), 10);
      expect(await download()).toMatchObject({ path, sha256 });
    });
  });
});
