import { mkdir, mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { RunCommand } from "../../fetch/index.ts";
import { managedFolder } from "./managed.ts";
import { findLlamaServer } from "./program.ts";

const VERSION = "version: 0.6.0 (build 11434, commit 1e0f5a2b)";
const answers =
  (output: string, exitCode = 0): RunCommand =>
  () =>
    Promise.resolve({ exitCode, output });

async function inFolder<T>(task: (folder: string) => Promise<T>): Promise<T> {
  await using folder = await mkdtempDisposable(join(tmpdir(), "loadout-"));
  return await task(folder.path);
}

describe("a llama-server", () => {
  it("is the one that is named, before any on the path", () =>
    inFolder(async (folder) => {
      const program = join(folder, "llama-server");
      await writeFile(program, "", { mode: 0o755 });
      const env = { LOADOUT_LLAMA_SERVER: "/opt/mine", PATH: folder, LOADOUT_HOME: folder };
      const home = { platform: "linux", homeDir: folder, env };
      const named = await findLlamaServer(home, answers(VERSION));
      expect(named).toMatchObject({ command: ["/opt/mine"], origin: "LOADOUT_LLAMA_SERVER", buildNumber: 11_434 });
      const { LOADOUT_LLAMA_SERVER: _, ...rest } = env;
      const onPath = await findLlamaServer({ ...home, env: rest }, answers(VERSION));
      expect(onPath).toMatchObject({ command: [program], origin: "PATH" });
    }));

  it("is Loadout's own copy where there is no other, run by the Python that fetched it", () =>
    inFolder(async (folder) => {
      const home = { platform: "linux", homeDir: folder, env: { LOADOUT_HOME: folder, PATH: "" } };
      await expect(findLlamaServer(home)).rejects.toMatchObject({ code: "engine-program-missing" });
      const copy = managedFolder(home);
      await mkdir(copy, { recursive: true });
      await writeFile(join(copy, "python.json"), '["python3"]');
      const found = await findLlamaServer(home, answers(VERSION));
      expect(found.origin).toBe("managed");
      expect(found.command[0]).toBe("python3");
      expect(found.env["PYTHONPATH"]).toBe(copy);
    }));

  it.each([
    ["was built for another CPU", answers("", 132), "engine-wrong-cpu"],
    ["is no llama-server", answers("hello"), "engine-program-unfit"],
    ["fails", answers("error while loading shared libraries", 127), "engine-program-unfit"],
    [
      "is not there",
      () => Promise.resolve({ exitCode: undefined, output: "spawn /opt/mine ENOENT" }),
      "engine-program-missing",
    ],
  ])("that is named and %s is an error", async (_, run, code) => {
    const home = { platform: "linux", homeDir: "/home/x", env: { LOADOUT_LLAMA_SERVER: "/opt/mine" } };
    await expect(findLlamaServer(home, run)).rejects.toMatchObject({ code });
  });
});
