import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeGguf } from "../../../facts/weights/index.ts";
import type { ServerSpec } from "../server.ts";
import { SCRIPTED_SPEC } from "../testing/scripted-spec.ts";
import { aliasOf, argumentsOf } from "./arguments.ts";

const SPEC: ServerSpec = { ...SCRIPTED_SPEC, modelPath: "model.gguf", backend: "cpu", threads: 2 };
const said = async (spec: Partial<ServerSpec>, build = 11_434) =>
  ` ${(await argumentsOf({ ...SPEC, ...spec }, build)).join(" ")} `;

describe("arguments of a served llama-server", () => {
  it("hold the plan, a port of the system's choice, and no address but loopback", async () => {
    const line = await said({});
    for (const part of ["-c 1024 -np 2 -no-kvu", "-dev none", "-t 2", "-fit off", "--host 127.0.0.1 --port 0", "-lv 4"])
      expect(line).toContain(` ${part} `);
  });

  it.each([
    [{ draftPath: "d.gguf" }, "-md d.gguf --spec-type draft-simple"],
    [{ projectorPath: "p.gguf" }, "--mmproj p.gguf"],
    [{ adapters: [{ name: "a", path: "C:\\a,b.gguf", scale: 0.5 }] }, '--lora "C:\\a,b.gguf"'],
    [{ use: "rerank" }, "--rerank"],
    [{ warmUp: false }, "--no-warmup"],
    [{ settings: { ...SPEC.settings, promptCacheMib: 256 } }, "-cram 256"],
    [{ extraArguments: ["--cache-reuse", "64"] }, "--cache-reuse 64"],
  ] satisfies [Partial<ServerSpec>, string][])("%j say %s", async (spec, part) => {
    expect(await said(spec)).toContain(` ${part} `);
  });

  it("are checked against the flags of the build", async () => {
    await expect(said({ extraArguments: ["--no-such-flag"] })).rejects.toMatchObject({ code: "engine-rejected" });
    const later = { ...SPEC.settings, denseLayersOnHost: 2 };
    await expect(said({ settings: later }, 10_500)).rejects.toMatchObject({ code: "engine-rejected" });
    await expect(said({ settings: later })).resolves.toContain(" -ncffn 2 ");
  });

  it.each([
    [undefined, "mean"],
    [0, "mean"],
    [2, "cls"],
    [3, "last"],
  ])("of an embedding model whose file says pooling %s say %s", async (pooling, word) => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "loadout-"));
    const modelPath = join(folder.path, "model.gguf");
    const metadata = [
      ["general.architecture", { type: "string", value: "bert" }],
      ...(pooling === undefined ? [] : [["bert.pooling_type", { type: "u32", value: pooling }] as const]),
    ] as const;
    await writeFile(modelPath, writeGguf({ metadata, tensors: [] }).header);
    expect(await said({ modelPath, use: "embed" })).toContain(` --embeddings --pooling ${word} `);
    const own = await said({ modelPath, use: "embed", extraArguments: ["--pooling", "last"] });
    expect(own).toContain(" --embeddings --pooling last ");
  });

  it("name the model without the comma that would make two names of it", () => {
    expect(aliasOf({ ...SPEC, name: "a,b" })).toBe("a_b");
  });
});
