import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { layoutOf } from "../../src/draw/charts/testing/layout.ts";
import { inside, overlap } from "../../src/draw/parts/index.ts";
import { differing, filesOf, plotsOf, pngsOf, write } from "./files.ts";
import { LOCAL_LLM_SETUP } from "./local-llm-setup/index.ts";
import { frontierPlot } from "./local-llm-setup/frontier.ts";
import { dataText, steady, type MeasuredPoint, type Plot } from "./plot.ts";
import { committedReceipts } from "./receipts.ts";

const folder = mkdtempSync(join(tmpdir(), "loadout-plots-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// as the command draws them
const plots = await plotsOf(LOCAL_LLM_SETUP, { points: committedReceipts() });
const again = await plotsOf(LOCAL_LLM_SETUP, { points: committedReceipts() });

test("the same bytes on a second run and in another folder", () => {
  const files = plots.flatMap(filesOf);
  expect(again.flatMap(filesOf)).toEqual(files);
  write(folder, files);
  expect(differing(folder, files)).toEqual([]);
  writeFileSync(join(folder, "offload.svg"), "another");
  rmSync(join(folder, "offload.json"));
  expect(differing(folder, files)).toEqual(["offload.svg differs", "offload.json is missing"]);
});

test("a picture and its numbers say the same finding, their source and a date that is no day of running", () => {
  for (const { name, svg, data } of plots) {
    const text = svg("auto");
    expect(data.plot).toBe(name);
    expect(text).toContain(`<title>${data.title}</title>`);
    expect(data.rows.length).toBeGreaterThan(0);
    expect(data.loadouts.length).toBeGreaterThan(0);
    expect(data.date).toContain("2026");
    // nothing of the machine that drew it
    expect(dataText(data) + text).not.toMatch(/NaN|undefined|\/home\/|\/tmp\/|\/root\//);
  }
});

test("a picture becomes pixels without a browser", async () => {
  const [light, dark] = await pngsOf(plots[0]!);
  expect([light!.name, dark!.name]).toEqual(["vram-breakdown.png", "vram-breakdown-dark.png"]);
  expect(Buffer.from(light!.bytes).toString("latin1", 1, 4)).toBe("PNG");
});

test("whole numbers keep every digit, others six", () => {
  expect([steady(21_405_761_536), steady(1 / 3), steady(1234.56789)]).toEqual([21_405_761_536, 0.333333, 1234.57]);
});

test("committed receipts become points; what is no receipt is left out", () => {
  const receipt = {
    id: 1,
    machine: "a machine",
    model: { name: "a model", quantization: "Q4_K_M" },
    engine: { name: "node-llama-cpp", build: "v0.4.0" },
    rates: [
      { what: "prefill", measuredPerSec: 900 },
      { what: "decode", measuredPerSec: 50, predictedPerSec: 60, lowPerSec: 40, highPerSec: 90 },
    ],
  };
  const { rates: _, ...server } = receipt;
  const doubted = { users: 2, outputPerSec: 70, tpotP50Ms: 25, doubts: [{ why: "a client that was slow" }] };
  const served = { ...server, kind: "bench-points", points: [doubted, { ...doubted, users: 4, doubts: [] }] };
  const at = mkdtempSync(join(tmpdir(), "loadout-receipts-"));
  try {
    writeFileSync(join(at, "a.json"), JSON.stringify({ kind: "receipts", receipts: [receipt, { machine: 3 }] }));
    writeFileSync(join(at, "b.json"), JSON.stringify({ ...receipt, rates: [] }));
    writeFileSync(join(at, "c.json"), "[1, null]");
    writeFileSync(join(at, "d.json"), JSON.stringify(served));
    const [point, ...more] = committedReceipts(at);
    expect(more.map(({ streams, msPerToken, outputPerSec }) => [streams, msPerToken, outputPerSec])).toEqual([
      [4, 25, 70],
    ]);
    expect(point).toEqual({
      from: "receipt",
      source: "data/receipts/a.json",
      what: "a model Q4_K_M on a machine, node-llama-cpp v0.4.0",
      streams: 1,
      msPerToken: 20,
      outputPerSec: 50,
      on: { model: "a model", machine: "a machine" },
      predicted: { perSec: 60, low: 40, high: 90 },
    });
    expect(committedReceipts(join(at, "nothing"))).toEqual([]);
  } finally {
    rmSync(at, { recursive: true, force: true });
  }
});

/** By the widths that letters are thought to have at most. */
function expectReadable({ name, svg }: Plot): void {
  const { width, height, texts } = layoutOf(svg("auto"));
  const frame = { x: 0, y: 0, width, height };
  expect(
    texts.filter(({ box }) => !inside(box, frame)).map(({ text }) => text),
    name,
  ).toEqual([]);
  const clashes = texts.flatMap((one, index) =>
    texts.slice(0, index).flatMap((other) => (overlap(one.box, other.box) ? [`${one.text} / ${other.text}`] : [])),
  );
  expect(clashes, name).toEqual([]);
}

test("no text of any chart runs into another or out of the frame", () => {
  for (const plot of plots) expectReadable(plot);
});

test("the frontier takes points of receipts and of simulations, each said to be what it is", async () => {
  const point = (from: MeasuredPoint["from"], streams: number): MeasuredPoint => ({
    from,
    source: "a test",
    what: "llama.cpp",
    streams,
    msPerToken: 25 + streams,
    outputPerSec: 40 * streams,
    outputLow: 30 * streams,
    outputHigh: 50 * streams,
  });
  const points = [point("receipt", 1), point("simulated", 1), point("simulated", 4), point("simulated", 8)];
  const plot = await frontierPlot({ points });
  expectReadable(plot);
  const svg = plot.svg("auto");
  expect(svg).toContain(">simulated</text>");
  expect(svg).toContain(">receipts</text>");
  const without = (await frontierPlot({})).data.rows.filter(({ from }) => from === "simulated").length;
  expect(without).toBeGreaterThan(2);
  expect(plot.data.rows.filter(({ from }) => from === "simulated")).toHaveLength(without + 3);
});
