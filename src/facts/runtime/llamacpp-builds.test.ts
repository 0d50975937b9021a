import { describe, expect, it } from "vitest";
import { LLAMACPP_BUILDS } from "./llamacpp-builds.ts";
import { llamaCppBuild } from "./llamacpp-find-build.ts";

describe("llama.cpp builds", () => {
  it("stand in order of date, number and version, with names of their own", () => {
    const keys = ["since", "number"] as const;
    for (const key of keys) {
      const values = LLAMACPP_BUILDS.map((build) => build[key]);
      expect(values).toEqual(values.toSorted((a, b) => (a < b ? -1 : 1)));
    }
    expect(new Set(LLAMACPP_BUILDS.map((build) => build.id)).size).toBe(LLAMACPP_BUILDS.length);
  });

  it.each([
    ["v0.4.0", "v0.4.0", "known"],
    ["b11434", "b11434", "known"],
    ["v0.5.1", "v0.4.0", "between"],
    ["11549", "b11434", "newer"],
    ["b10488", "2026-08", "between"],
    ["2026-09-30", "v0.4.0", "between"],
    ["2026-12-01", "b11434", "newer"],
    ["b4000", "2024", "between"],
    ["2026-05-14", "2026-01", "between"],
    ["b1500", "2024", "older"],
    ["2023-12-01", "2024", "older"],
  ])("%s is predicted as %s (%s)", (said, id, standing) => {
    const found = llamaCppBuild(said)!;
    expect([found.build.id, found.standing]).toEqual([id, standing]);
  });

  it("does not guess at what it cannot read", () => {
    expect(llamaCppBuild("unknown")).toBeUndefined();
  });
});
