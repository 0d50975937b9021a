import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseConfig, readConfig } from "./index.ts";

describe("config", () => {
  it("is empty where there is no file", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "loadout-"));
    expect(await readConfig(folder.path)).toEqual({});
  });

  it("is read from config.json", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "loadout-"));
    await writeFile(join(folder.path, "config.json"), '{"hubEndpoint": "http://mirror.local/", "modelsDirs": ["/m"]}');
    expect(await readConfig(folder.path)).toEqual({ hubEndpoint: "http://mirror.local", modelsDirs: ["/m"] });
  });

  it.each([
    ["no JSON", "{hub", "JSON"],
    ["no object", "[1]", "object"],
    ["a key nobody knows", '{"hubEndpont": "http://x"}', "hubEndpont"],
    ["an address without host", '{"hubEndpoint": "http:///x"}', "hubEndpoint"],
    ["another protocol", '{"hubEndpoint": "ftp://x"}', "hubEndpoint"],
    ["a folder that is no text", '{"modelsDirs": [1]}', "modelsDirs"],
  ])("refuses %s and names it", (_, text, named) => {
    expect(() => parseConfig(text, "config.json")).toThrow(
      expect.objectContaining({ code: "config-damaged", message: expect.stringContaining(named) }),
    );
  });
});
