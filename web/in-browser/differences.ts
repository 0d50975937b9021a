/** Browsers and Node take logarithms and powers from different libraries, which may differ in the last place. */
const LAST_PLACES = 1e-12;

/** Where two JSON values differ, a line each: "speed.decode.low: 61.6 is not 61.7". Whole numbers must be the same ones. */
export function differences(one: unknown, other: unknown, path = ""): string[] {
  if (typeof one === "number" && typeof other === "number") {
    const whole = Number.isInteger(one) && Number.isInteger(other);
    const near = !whole && Math.abs(one - other) <= LAST_PLACES * Math.max(Math.abs(one), Math.abs(other));
    return one === other || near ? [] : [`${path}: ${one} is not ${other}`];
  }
  if (isObject(one) && isObject(other)) {
    return [...new Set([...Object.keys(one), ...Object.keys(other)])].flatMap((key) =>
      differences(one[key], other[key], path === "" ? key : `${path}.${key}`),
    );
  }
  return one === other ? [] : [`${path}: ${said(one)} is not ${said(other)}`];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function said(value: unknown): string {
  return (JSON.stringify(value) ?? "nothing").slice(0, 120);
}
