import { mkdir, mkdtempDisposable, readdir, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { foldersOf, type HomeContext } from "../../home/index.ts";
import { findWeights, matchWeights, removeWeights } from "./index.ts";

const GGUF = (bytes: number) => Buffer.concat([Buffer.from("GGUF"), Buffer.alloc(bytes - 4)]);
const SUM = "ab".repeat(32);
const OTHER = "cd".repeat(32);

/** A home folder with these files in it; a value that is a string is a link to that path. */
async function inHome(
  files: Readonly<Record<string, Buffer | { link: string } | object>>,
  task: (home: HomeContext) => Promise<void>,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  await using folder = await mkdtempDisposable(join(tmpdir(), "loadout-"));
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder.path, name);
    await mkdir(dirname(path), { recursive: true });
    if (Buffer.isBuffer(content)) await writeFile(path, content);
    else if ("link" in content) await symlink(content.link, path);
    else await writeFile(path, JSON.stringify(content));
  }
  const absolute = Object.fromEntries(Object.entries(env).map(([key, value]) => [key, join(folder.path, value)]));
  await task({ platform: "linux", env: absolute, homeDir: folder.path });
}

const inHub = (name: string) => `.cache/huggingface/hub/models--ada--${name}`;

describe("weights at hand", () => {
  it("are found in the hub's cache under the newest name, the same bytes once", async () => {
    const files = {
      [`${inHub("tiny")}/blobs/${SUM}`]: GGUF(100),
      [`${inHub("tiny")}/refs/main`]: Buffer.from("bbb\n"),
      [`${inHub("tiny")}/snapshots/aaa/old-name.gguf`]: { link: `../../blobs/${SUM}` },
      [`${inHub("tiny")}/snapshots/bbb/q4/tiny.gguf`]: { link: `../../../blobs/${SUM}` },
      [`${inHub("tiny")}/snapshots/bbb/gone.gguf`]: { link: `../../blobs/${OTHER}` },
      [`${inHub("tiny")}/blobs/${OTHER}.incomplete`]: GGUF(2_000_000),
      [`${inHub("tiny")}/blobs/small.incomplete`]: GGUF(20),
    };
    await inHome(files, async (home) => {
      const { weights } = await findWeights({ home });
      expect(weights.map(({ name, bytes, origin, incomplete }) => [name, bytes, origin, incomplete])).toEqual([
        ["ada/tiny:gone", 0, "huggingface", "its blob is missing"],
        ["ada/tiny:tiny", 100, "huggingface", undefined],
        [`ada/tiny:${OTHER}.incomplete`, 2_000_000, "huggingface", "the download is not finished"],
      ]);
    });
  });

  it.each([
    ["HF_HUB_CACHE", "elsewhere", "elsewhere"],
    ["HF_HOME", "hf", "hf/hub"],
    ["XDG_CACHE_HOME", "xdg", "xdg/huggingface/hub"],
    ["LLAMA_CACHE", "llama", "llama"],
  ])("are found where %s says", async (variable, value, folder) => {
    const files = { [`${folder}/models--o--n/snapshots/c/f.gguf`]: GGUF(10) };
    await inHome(
      files,
      async (home) => expect((await findWeights({ home })).weights).toMatchObject([{ name: "o/n:f", bytes: 10 }]),
      { [variable]: value },
    );
  });

  it("are found in the folders of llama.cpp, LM Studio, Loadout and the person", async () => {
    const files = {
      ".cache/llama.cpp/ada_tiny_tiny.gguf": GGUF(1000),
      ".cache/llama.cpp/ada_big.gguf.downloadInProgress": GGUF(50),
      ".lmstudio/models/ada/tiny-GGUF/tiny.gguf": GGUF(30),
      ".cache/lm-studio/models/ada/old/old.gguf": GGUF(40),
      ".local/share/loadout/weights/tiny/own.gguf": GGUF(60),
      "mine/deep/er/mine.GGUF": GGUF(70),
      "mine/README.md": Buffer.from("GGUF"),
    };
    await inHome(files, async (home) => {
      const { weights } = await findWeights({ home, modelsDirs: [join(home.homeDir, "mine")] });
      expect(weights.map(({ name, bytes, origin }) => [name, bytes, origin])).toEqual([
        ["mine", 70, "folder"],
        ["own", 60, "loadout"],
        ["ada_big.gguf.downloadInProgress", 50, "llama.cpp"],
        ["ada_tiny_tiny", 1000, "llama.cpp"],
        ["ada/tiny-GGUF:tiny", 30, "lm-studio"],
        ["ada/old:old", 40, "lm-studio"],
      ]);
      expect(weights.map(({ incomplete }) => incomplete).filter(Boolean)).toEqual(["the download is not finished"]);
    });
  });

  it("are found in Ollama's store under the names that Ollama prints", async () => {
    const layer = (kind: string, sum: string, size: number) => ({
      mediaType: `application/vnd.ollama.image.${kind}`,
      digest: `sha256:${sum}`,
      size,
    });
    const root = ".ollama/models/manifests";
    const files = {
      [`${root}/registry.ollama.ai/library/tiny/7b`]: {
        layers: [layer("model", SUM, 90), layer("template", OTHER, 9)],
      },
      [`${root}/registry.ollama.ai/ada/eyes/latest`]: {
        layers: [layer("model", OTHER, 80), layer("projector", "ef".repeat(32), 70)],
      },
      [`${root}/other.host/ada/lost/q8`]: {
        layers: [layer("model", "12".repeat(32), 5), layer("model", "../../x", 5)],
      },
      [`${root}/registry.ollama.ai/library/tiny/notes`]: Buffer.from("no manifest"),
      [`.ollama/models/blobs/sha256-${SUM}`]: GGUF(90),
      [`.ollama/models/blobs/sha256-${OTHER}`]: GGUF(79),
      [`.ollama/models/blobs/sha256-${"ef".repeat(32)}`]: GGUF(70),
    };
    await inHome(files, async (home) => {
      const { weights } = await findWeights({ home });
      const rows = weights.map(({ name, role, incomplete }) => [name, role, incomplete]);
      expect(rows).toContainEqual(["tiny:7b", "model", undefined]);
      expect(rows).toContainEqual(["ada/eyes:latest", "model", "79 of 80 bytes are there"]);
      expect(rows).toContainEqual(["ada/eyes:latest", "projector", undefined]);
      expect(rows).toContainEqual(["other.host/ada/lost:q8", "model", "its blob is missing"]);
      expect(weights).toHaveLength(4);
      expect(weights.find(({ name, role }) => name === "ada/eyes:latest" && role === "model")?.projector).toBe(
        join(home.homeDir, `.ollama/models/blobs/sha256-${"ef".repeat(32)}`),
      );
    });
  });

  it("are one row a split set, with what is missing, and know their projector", async () => {
    const files = {
      "m/big/big-00002-of-00003.gguf": GGUF(20),
      "m/big/big-00001-of-00003.gguf": GGUF(10),
      "m/big/big-00003-of-00003.gguf": GGUF(30),
      "m/big/mmproj-big-f16.gguf": GGUF(5),
      "m/part/part-00002-of-00003.gguf": GGUF(20),
      "m/pointer.gguf": Buffer.from("version https://git-lfs.github.com/spec/v1"),
      "m/empty.gguf": Buffer.alloc(0),
    };
    await inHome(files, async (home) => {
      const folder = join(home.homeDir, "m");
      const { weights } = await findWeights({ home, modelsDirs: [folder] });
      expect(weights.find(({ name }) => name === "big")).toEqual({
        name: "big",
        path: join(folder, "big/big-00001-of-00003.gguf"),
        files: [1, 2, 3].map((part) => join(folder, `big/big-0000${part}-of-00003.gguf`)),
        bytes: 60,
        origin: "folder",
        role: "model",
        projector: join(folder, "big/mmproj-big-f16.gguf"),
      });
      const reasons = Object.fromEntries(weights.map(({ name, incomplete }) => [name, incomplete]));
      expect(reasons).toMatchObject({
        part: "part 1, 3 of 3 is missing",
        pointer: "it is not a GGUF file",
        empty: "it is not a GGUF file",
      });
    });
  });

  it("are found where LM Studio's pointer leads, once", async () => {
    await inHome({ "big/models/ada/x/tiny.gguf": GGUF(9) }, async (home) => {
      const pointer = join(home.homeDir, ".lmstudio-home-pointer");
      await writeFile(pointer, `${join(home.homeDir, "big")}\n`);
      expect((await findWeights({ home })).weights).toMatchObject([{ name: "ada/x:tiny", origin: "lm-studio" }]);
      await writeFile(pointer, "relative");
      expect((await findWeights({ home })).weights).toEqual([]);
    });
  });

  it("are searched for within bounds, and a cut search is told", async () => {
    const files = { "m/a/b/c/deep.gguf": GGUF(9), "m/flat.gguf": GGUF(9) };
    await inHome(files, async (home) => {
      const modelsDirs = [join(home.homeDir, "m")];
      const shallow = await findWeights({ home, modelsDirs, bounds: { depth: 2, entries: 100 } });
      expect(shallow.weights.map(({ name }) => name)).toEqual(["flat"]);
      expect(shallow.cutFolders).toEqual(modelsDirs);
      const few = await findWeights({ home, modelsDirs, bounds: { depth: 9, entries: 1 } });
      expect(few.cutFolders).toEqual(modelsDirs);
    });
  });

  it("are none on an empty machine", async () => {
    await inHome({}, async (home) => expect(await findWeights({ home })).toEqual({ weights: [], cutFolders: [] }));
  });
});

describe("a typed name", () => {
  it("means the best kind of match only", async () => {
    const files = {
      ".cache/llama.cpp/tiny.gguf": GGUF(9), // a copy
      "m/tiny.gguf": GGUF(9),
      "m/tiny-chat.gguf": GGUF(9),
      ".lmstudio/models/ada/x/Tiny.gguf": GGUF(9),
    };
    await inHome(files, async (home) => {
      const { weights } = await findWeights({ home, modelsDirs: [join(home.homeDir, "m")] });
      const names = (text: string) => matchWeights(weights, text).map(({ name }) => name);
      expect(names("tiny")).toEqual(["tiny"]);
      expect(names("ada/x:TINY")).toEqual(["ada/x:Tiny"]);
      expect(names("tiny.gguf")).toEqual(["tiny", "ada/x:Tiny"]);
      expect(names("chat")).toEqual(["tiny-chat"]);
      expect(names("iny")).toHaveLength(3);
      expect(names("llama")).toEqual([]);
    });
  });
});

describe("removing weights", () => {
  it("takes away what Loadout fetched, and nothing else", async () => {
    const own = ".local/share/loadout/weights";
    const files = {
      [`${own}/tiny/tiny.gguf`]: GGUF(99),
      "m/mine.gguf": GGUF(99),
      [`${own}/linked/linked.gguf`]: { link: "../../../../../m/mine.gguf" },
      ".cache/huggingface/hub/models--o--n/snapshots/c/f.gguf": GGUF(10),
    };
    await inHome(files, async (home) => {
      const store = foldersOf(home).weights;
      const { weights } = await findWeights({ home });
      const row = (name: string) => weights.find((candidate) => candidate.name === name)!;
      expect(await removeWeights(row("tiny"), store)).toBe(99);
      expect(await readdir(store)).toEqual(["linked"]);
      for (const name of ["linked", "o/n:f"])
        await expect(removeWeights(row(name), store)).rejects.toMatchObject({ code: "not-own-file" });
      expect((await stat(join(home.homeDir, "m/mine.gguf"))).size).toBe(99);
      const forged = { ...row("o/n:f"), origin: "loadout" } as const;
      await expect(removeWeights(forged, store)).rejects.toMatchObject({ code: "not-own-file" });
    });
  });
});
