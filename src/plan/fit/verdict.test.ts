import fc from "fast-check";
import { expect, test } from "vitest";
import { between, bytes, sum } from "../../predict/estimate/index.ts";
import { balance, COMFORT_BYTES, judge, ORDER } from "./verdict.ts";

const MIB = 2 ** 20;
/** 1000 MiB, 900 to 1300, of which 600 are mapped weights */
const tree = sum("host", "host", [
  bytes("weights", "weights", 600 * MIB, "header"),
  between("process", "process", [300 * MIB, 400 * MIB, 700 * MIB], "assumed"),
]);
const verdict = (have: number, mapped = 600 * MIB) => balance("host", tree, mapped, have).verdict;

test("each verdict holds up to its last byte", () => {
  expect(verdict(1300 * MIB + COMFORT_BYTES)).toBe("fits");
  expect(verdict(1300 * MIB + COMFORT_BYTES - 1)).toBe("tight");
  expect(verdict(1000 * MIB)).toBe("tight");
  expect(verdict(1000 * MIB - 1)).toBe("runs from disk");
  expect(verdict(1000 * MIB - 1, 0)).toBe("does not fit");
  expect(verdict(400 * MIB)).toBe("runs from disk");
  expect(verdict(400 * MIB - 1)).toBe("does not fit");
});

test("pages that are not read again are dropped before anything is read from the disk", () => {
  const under = (have: number) => balance("host", tree, 600 * MIB, have, 500 * MIB);
  expect(under(1000 * MIB - 1)).toMatchObject({ verdict: "tight", margin: -1, dropped: 500 * MIB });
  expect(under(500 * MIB).verdict).toBe("tight");
  expect(under(500 * MIB - 1).verdict).toBe("runs from disk");
  expect(under(400 * MIB - 1).verdict).toBe("does not fit");
});

test("more memory never makes it worse, and the margin is what is left of the expected need", () => {
  const have = fc.integer({ min: 0, max: 3000 * MIB });
  fc.assert(
    fc.property(have, have, fc.integer({ min: 0, max: 600 * MIB }), (one, other, mapped) => {
      const [less, more] = one < other ? [one, other] : [other, one];
      expect(ORDER.indexOf(verdict(more, mapped))).toBeLessThanOrEqual(ORDER.indexOf(verdict(less, mapped)));
      expect(balance("host", tree, mapped, less).margin).toBe(less - 1000 * MIB);
    }),
  );
});

test("the worst place decides", () => {
  const places = [2000 * MIB, 999 * MIB, 1100 * MIB].map((have, place) => balance(place, tree, 600 * MIB, have));
  expect(judge(places)).toMatchObject({ verdict: "runs from disk", marginBytes: -MIB });
});
