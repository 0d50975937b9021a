import { describe, expect, it } from "vitest";
import { DEFAULT_MODEL_BYTES } from "./consent.ts";
import { hubOf, resolveUrl } from "./hub/address.ts";
import { packageBytes } from "./package/index.ts";
import { readSmallModels } from "./small-models.ts";

describe("the table of small models", () => {
  it("has rows that can be used", async () => {
    const rows = await readSmallModels();
    const hub = hubOf({ platform: "linux", env: {}, homeDir: "/" });
    for (const row of rows) {
      expect(row.id).toMatch(/^[a-z0-9][a-z0-9-]*$/);
      expect(row.file).toMatch(/^[\w.-]+\.gguf$/);
      expect(row.sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(row.source).not.toBe("");
      for (const file of row.packages) expect(file.bytes).toBeGreaterThan(0);
      for (const file of row.hub) {
        expect(resolveUrl(hub, file).protocol).toBe("https:");
        expect(file.source).not.toBe("");
        if (file.sha256 !== null) expect(file.sha256).toMatch(/^[0-9a-f]{64}$/);
      }
    }
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  });

  it("has one default, small and free enough to be fetched without a question", async () => {
    const [first, ...others] = (await readSmallModels()).filter((row) => row.default);
    expect(others).toEqual([]);
    expect(packageBytes(first!)).toBeLessThanOrEqual(DEFAULT_MODEL_BYTES);
    expect(first!.bytes).toBeLessThanOrEqual(DEFAULT_MODEL_BYTES);
    expect(first!.licence.restricted).toBe(false);
  });
});
