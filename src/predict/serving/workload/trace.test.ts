import fc from "fast-check";
import { expect, test } from "vitest";
import { readTrace } from "./index.ts";

const AZURE = `TIMESTAMP,ContextTokens,GeneratedTokens
2023-12-31 23:59:59.5000000,374,44
2024-01-01 00:00:00.7500000,396,109
2024-01-01 00:00:00.2500000,879,0
broken,1,2
`;

test("Azure's CSV: time across a year's end, sorted, from the first request on", () => {
  expect(readTrace(AZURE)).toEqual({
    format: "azure",
    skipped: 1,
    requests: [
      { id: 0, atMs: 0, promptTokens: 374, outputTokens: 44 },
      { id: 1, atMs: 750, promptTokens: 879, outputTokens: 1 },
      { id: 2, atMs: 1250, promptTokens: 396, outputTokens: 109 },
    ],
  });
  expect(readTrace(AZURE, 2)!.requests.map((request) => request.atMs)).toEqual([0, 1500, 2500]);
});

test("mooncake's JSON lines keep their blocks", () => {
  const text = [
    '{"timestamp": 3000, "input_length": 1100, "output_length": 52, "hash_ids": [46, 47, 2353]}',
    '{"timestamp": 0, "input_length": 600, "output_length": 26, "hash_ids": [46, 2366]}',
    "{}",
    "nonsense",
  ].join("\n");
  expect(readTrace(text)).toEqual({
    format: "mooncake",
    skipped: 2,
    requests: [
      { id: 0, atMs: 0, promptTokens: 600, outputTokens: 26, blocks: { ids: [46, 2366], tokens: 512 } },
      { id: 1, atMs: 3000, promptTokens: 1100, outputTokens: 52, blocks: { ids: [46, 47, 2353], tokens: 512 } },
    ],
  });
});

test("other text is no trace, and damaged text never throws", () => {
  expect(readTrace("")).toBeUndefined();
  expect(readTrace("a,b,c\n1,2,3")).toBeUndefined();
  expect(readTrace("{}\n{}")).toBeUndefined();
  fc.assert(
    fc.property(fc.array(fc.nat(AZURE.length), { maxLength: 6 }), fc.string(), (cuts, noise) => {
      const damaged = cuts.reduce((text, cut) => text.slice(0, cut) + noise + text.slice(cut + 1), AZURE);
      const trace = readTrace(damaged);
      for (const request of trace?.requests ?? []) {
        expect(request.atMs).toBeGreaterThanOrEqual(0);
        expect(request.outputTokens).toBeGreaterThanOrEqual(1);
      }
    }),
  );
});
