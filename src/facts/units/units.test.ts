import fc from "fast-check";
import { expect, test } from "vitest";
import { LoadoutError } from "../errors/index.ts";
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatNumber,
  formatPaceBand,
  formatPercent,
  formatTokens,
  parseBytes,
  parseCount,
  parseAmount,
  parseMillimetres,
  parseRate,
  parseShare,
  parseWatts,
  parseTokens,
} from "./index.ts";

test.each([
  ["24GB", 24e9],
  ["24GiB", 24 * 2 ** 30],
  ["24G", 24 * 2 ** 30],
  ["512 MiB", 512 * 2 ** 20],
  ["1.5TB", 1.5e12],
  ["98_362_432", 98362432],
  ["1000 b", 1000],
])("bytes: %s", (text, value) => expect(parseBytes(text, "--ram")).toBe(value));

test.each([
  ["32k", 32768],
  ["8192", 8192],
  ["1m", 2 ** 20],
  ["0.5k", 512],
  ["128 k tokens", 131072],
])("tokens: %s", (text, value) => expect(parseTokens(text, "--context")).toBe(value));

test.each([
  ["1.5TB/s", 1.5e12],
  ["936 GB/s", 936e9],
  ["10Gb/s", 1.25e9],
  ["10Gbps", 1.25e9],
  ["1GiB/s", 2 ** 30],
])("rates: %s", (text, value) => expect(parseRate(text, "--link")).toBe(value));

test("power, lengths and amounts of money", () => {
  expect(["750W", "750", "1.2kW", " 850 w "].map((text) => parseWatts(text, "--psu"))).toEqual([750, 750, 1200, 850]);
  expect(["320mm", "32cm", "320"].map((text) => parseMillimetres(text, "--length"))).toEqual([320, 320, 320]);
  expect(["1500", "1_499.90", "0"].map((text) => parseAmount(text, "--budget"))).toEqual([1500, 1499.9, 0]);
  for (const wrong of ["", "much", "-5", "0"]) {
    expect(() => parseWatts(wrong, "--psu")).toThrow(LoadoutError);
    expect(() => parseMillimetres(wrong, "--length")).toThrow(LoadoutError);
    if (wrong !== "0") expect(() => parseAmount(wrong, "--budget")).toThrow(LoadoutError);
  }
});

test("shares", () => {
  expect(parseShare("90%", "--cached")).toBe(0.9);
  expect(parseShare("0.25", "--cached")).toBe(0.25);
  expect(() => parseShare("120%", "--cached")).toThrow(LoadoutError);
});

test("a refused quantity says what was expected, what came and shows one", () => {
  const error = caught(() => parseTokens("lots", "--context"));
  expect(error.message).toBe('--context: expected a number of tokens, got "lots"');
  expect(error.hint).toContain("32k");
  expect(error.exitCode).toBe(2);
  expect(caught(() => parseCount("3.5", "--users", 1)).message).toBe(
    '--users: expected a whole number of at least 1, got "3.5"',
  );
  expect(caught(() => parseBytes("9999999TB", "--ram")).message).toContain("below 2^53");
  expect(caught(() => parseBytes("1.5.2GB", "--ram")).message).toContain("a size in bytes");
  expect(caught(() => parseTokens("0", "--context", 1)).message).toBe('--context: expected at least 1 tokens, got "0"');
});

test.each([
  [0, "0"],
  [0.012345, "0.0123"],
  [1.2345, "1.23"],
  [12.345, "12.3"],
  [999.7, "1000"],
  [1234.5, "1235"],
  [-3.1, "-3.1"],
])("number %d", (value, text) => expect(formatNumber(value)).toBe(text));

test("what people read", () => {
  expect(formatBytes(154_679_296)).toBe("148 MiB");
  expect(formatBytes(1023)).toBe("1023 B");
  expect(formatCount(134_515_008)).toBe("135M");
  expect(formatTokens(32768)).toBe("32k");
  expect(formatTokens(1000)).toBe("1000");
  expect(formatDuration(0.5)).toBe("500 us");
  expect(formatDuration(12.34)).toBe("12.3 ms");
  expect(formatDuration(61_000)).toBe("1 min 1 s");
  expect(formatDuration(7_500_000)).toBe("2 h 5 min");
  expect(formatDuration(7_199_000)).toBe("2 h 0 min");
  expect(formatBytes(2 ** 20 - 100)).toBe("1 MiB");
  expect(formatPercent(0.1234, true)).toBe("+12.3%");
  expect(formatPaceBand(84.81, 249.6)).toBe("84.8 to 250 tok/s");
});

test("printing and parsing agree to three digits", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 50 }), (bytes) => {
      expect(Math.abs(parseBytes(formatBytes(bytes), "x") / bytes - 1)).toBeLessThan(0.006);
    }),
  );
});

test("any text is a number or a typed refusal", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      for (const parse of [parseBytes, parseTokens, parseRate, parseWatts, parseMillimetres, parseAmount]) {
        try {
          expect(parse(text, "x")).toBeGreaterThanOrEqual(0);
        } catch (error) {
          expect(error).toBeInstanceOf(LoadoutError);
        }
      }
    }),
  );
});

function caught(action: () => unknown): LoadoutError {
  try {
    action();
  } catch (error) {
    if (error instanceof LoadoutError) return error;
  }
  throw new Error("nothing was refused");
}
