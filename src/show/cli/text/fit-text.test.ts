import { expect, test } from "vitest";
import type { FitAnswer } from "../../../plan/answer/index.ts";
import type { PlaceBalance, Verdict, VerdictWord } from "../../../plan/fit/index.ts";
import { bytes, sum } from "../../../predict/estimate/index.ts";
import { fitText } from "./fit-text.ts";
import { visible } from "./layout.ts";
import { styleFor } from "./style.ts";

const MIB = 2 ** 20;
const place = (label: string, verdict: VerdictWord, marginMib: number): PlaceBalance => ({
  place: 0,
  label,
  verdict,
  need: 1000 * MIB,
  needLow: 1000 * MIB,
  needHigh: 1000 * MIB,
  mapped: 0,
  have: (1000 + marginMib) * MIB,
  margin: marginMib * MIB,
});
const verdict = (word: VerdictWord, ...places: PlaceBalance[]): Verdict => ({
  verdict: word,
  marginBytes: Math.min(...places.map(({ margin }) => margin)),
  places,
});
const answer = (now: Verdict, afterClosing: Verdict = now): FitAnswer => ({
  schema: "loadout/1",
  kind: "fit",
  goal: "interactive",
  model: {
    name: "m",
    architecture: "llama",
    parameters: 1e9,
    quantization: "F16",
    fileBytes: 1e9,
    contextLength: 4096,
  },
  rig: {
    name: "rig",
    devices: [],
    host: {
      cpu: { model: "CPU", vendor: "x", physicalCores: 8, logicalCores: 16, features: [] },
      ramBytes: 1e9,
      availableBytes: 1e9,
      swapBytes: 0,
      os: "linux",
      arch: "x64",
    },
  },
  runtime: { engine: "e", version: "1", build: "b", backend: "cpu" },
  decisions: [],
  verdict: { now, afterClosing },
  speed: { promptTokens: 512 },
  longestContext: 4096,
  wouldFit: [],
  assumptions: [],
  next: [],
});
const text = (of: FitAnswer) => fitText(of, styleFor({}, {}));

test("the verdict names the place that decides it, not the one with the smallest margin", () => {
  expect(text(answer(verdict("tight", place("card", "tight", 800), place("host", "fits", 650))))).toContain(
    "tight: 800 MiB to spare",
  );
  const disk = verdict("does not fit", place("host", "runs from disk", -1000), place("card", "does not fit", -100));
  expect(text(answer(disk))).toContain("does not fit: 100 MiB short of 1000 MiB on card");
});

test("a buffer with a long name goes on below itself, inside 80 columns", () => {
  const fits = answer(verdict("fits", place("host", "fits", 900)));
  const name = "weights rearranged for the processor (CPU_REPACK)";
  const memory = sum("memory", "memory", [sum("host", "host", [bytes("repacked", name, 123 * MIB, "header")])]);
  const lines = text({ ...fits, memory }).split("\n");
  for (const line of lines) expect(visible(line), line).toBeLessThanOrEqual(80);
  const start = lines.findIndex((line) => line.includes("weights rearranged"));
  expect(lines[start]).toContain("123 MiB");
  expect(lines.slice(start, start + 3).join(" ")).toContain("(CPU_REPACK)");
});

test("no line is wider than a terminal, and a context that training ends is said to be so", () => {
  const named = place("a card with a long name of its own (Vulkan0)", "does not fit", -100);
  const lines = text(
    answer(verdict("does not fit", named), verdict("fits", { ...named, verdict: "fits", margin: 9000 * MIB })),
  );
  for (const line of lines.split("\n")) expect(visible(line), line).toBeLessThanOrEqual(80);
  expect(lines.replace(/\s+/g, " ")).toContain("4k per user, all the model was trained for");
});
