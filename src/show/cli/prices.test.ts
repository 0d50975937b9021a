import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LoadoutError } from "../../facts/errors/index.ts";
import { deviceCatalog } from "../../facts/hardware/index.ts";
import { pricesOf } from "./prices.ts";

const { findDevice } = await deviceCatalog();
const prices = (text: string) => Object.fromEntries(pricesOf(text, findDevice));
const refused = (text: string): string => {
  try {
    pricesOf(text, findDevice);
  } catch (error) {
    if (error instanceof LoadoutError) return error.message;
    throw error;
  }
  return "not refused";
};

describe("a file of prices", () => {
  test("in CSV: a heading, remarks, quotes, sizes, the cheapest of several offers", () => {
    const text = [
      "device,price,currency,note",
      "# used ones",
      'rtx-3090,720,EUR,"used, with a box"',
      "RTX 3090,700,EUR",
      "m4 max 128gb,4200",
      "",
    ].join("\r\n");
    expect(prices(text)).toEqual({
      "nvidia-geforce-rtx-3090:24GB": { amount: 700, currency: "EUR" },
      "apple-m4-max-40:128GB": { amount: 4200 },
    });
    expect(prices("rtx-3090;699.5")).toEqual({ "nvidia-geforce-rtx-3090:24GB": { amount: 699.5 } });
  });

  test("in JSON: a list, or an object from device to price", () => {
    const known = { "nvidia-geforce-rtx-4090:24GB": { amount: 1700, currency: "EUR" } };
    expect(prices('{"rtx-4090": {"price": 1700, "currency": "EUR"}}')).toEqual(known);
    expect(prices('[{"device": "rtx-4090", "price": "1700", "currency": "EUR"}]')).toEqual(known);
    expect(prices('{"rtx-4090": 1700}')).toEqual({ "nvidia-geforce-rtx-4090:24GB": { amount: 1700 } });
  });

  test.each([
    ["rtx-3090,cheap,EUR\nrtx-4090,dear", "line 2", '"dear" is no amount'],
    ["device,price\nrtx-9999,1", "line 2", "is no device known"],
    ["m4 max,1000", "line 1", "m4"],
    ["rtx-3090,700,EUR\nrtx-4090,1700,USD", "line 2", "a budget has one currency"],
    ['{"rtx-3090": true}', "rtx-3090", "is no amount"],
    ["[7]", "entry 1", "expected {device, price}"],
    ["{", "the file", "JSON"],
  ])("%j is refused by its place", (text, where, problem) => {
    const said = refused(text);
    expect(said).toContain(where);
    expect(said).toContain(problem);
  });

  test("of any text is prices or a refusal", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          for (const [, { amount }] of pricesOf(text, findDevice)) expect(amount).toBeGreaterThanOrEqual(0);
        } catch (error) {
          expect(error).toBeInstanceOf(LoadoutError);
        }
      }),
      { numRuns: 300 },
    );
  });
});
