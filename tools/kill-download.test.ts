import { expect, it } from "vitest";
import { killDownload, MAX_OVERLAP_BYTES } from "./kill-download.ts";

it("a download killed with kill -9 resumes, fetches little twice and ends with the right sum", async () => {
  const report = await killDownload({ kills: 3, seed: 5, bytes: 8_000_000 });
  expect(report.sha256).toBe(report.expectedSha256);
  expect(report.overlaps).toHaveLength(3);
  expect(Math.max(...report.overlaps)).toBeLessThanOrEqual(MAX_OVERLAP_BYTES);
});
