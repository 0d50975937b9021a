/** A number as printed: an interval of what may have been rounded to it, in base units, with its dimensions. */
export interface Quantity {
  readonly low: number;
  readonly high: number;
  readonly dimension: Dimension;
}

/** Powers of bytes, seconds and floating point operations. */
export type Dimension = readonly [bytes: number, seconds: number, flops: number];

const NONE: Dimension = [0, 0, 0];
const PREFIXES = ["", "k", "M", "G", "T", "P"];

/** What a printed unit stands for. Those marked exact are printed whole. */
const UNITS: ReadonlyMap<string, Unit> = new Map([
  ["B", { scale: 1, dimension: [1, 0, 0], exact: true }],
  ["bits", { scale: 1 / 8, dimension: [1, 0, 0] }],
  ...PREFIXES.flatMap((prefix, power): [string, Unit][] => {
    const scale = 1000 ** power;
    return [
      ...(power === 0 ? [] : bytesOf(prefix, power)),
      [`${prefix}B/s`, { scale, dimension: [1, -1, 0] }],
      [`${prefix}FLOP`, { scale, dimension: [0, 0, 1] }],
      [`${prefix}FLOP/s`, { scale, dimension: [0, -1, 1] }],
    ];
  }),
  ["us", { scale: 1e-6, dimension: [0, 1, 0] }],
  ["ms", { scale: 1e-3, dimension: [0, 1, 0] }],
  ["s", { scale: 1, dimension: [0, 1, 0] }],
  ["min", { scale: 60, dimension: [0, 1, 0] }],
  ["h", { scale: 3600, dimension: [0, 1, 0] }],
  ["tok/s", { scale: 1, dimension: [0, -1, 0] }],
  ["%", { scale: 0.01, dimension: NONE }],
] satisfies [string, Unit][]);

interface Unit {
  readonly scale: number;
  readonly dimension: Dimension;
  readonly exact?: true;
}

function bytesOf(prefix: string, power: number): [string, Unit][] {
  return [
    [`${prefix}B`, { scale: 1000 ** power, dimension: [1, 0, 0] }],
    [`${prefix.toUpperCase()}iB`, { scale: 1024 ** power, dimension: [1, 0, 0] }],
  ];
}

/** Counts in shorthand, written without a space: 8.19B weights. */
const COUNTS: Readonly<Record<string, number>> = { k: 1e3, M: 1e6, B: 1e9, T: 1e12 };

export function isUnit(word: string): boolean {
  return UNITS.has(word);
}

/** `digits` as printed ("8,192", "1.13"), a count's suffix right behind it, the unit behind a space. */
export function quantity(digits: string, suffix: string | undefined, unit: string | undefined): Quantity {
  const plain = digits.replaceAll(",", "");
  const value = Number(plain);
  const known = unit === undefined ? undefined : UNITS.get(unit);
  const scale = (known?.scale ?? 1) * (suffix === undefined ? 1 : COUNTS[suffix]!);
  const whole = !plain.includes(".") && suffix === undefined && (known === undefined || known.exact === true);
  const half = whole || value === 0 ? 0 : step(plain) / 2;
  return { low: (value - half) * scale, high: (value + half) * scale, dimension: known?.dimension ?? NONE };
}

/** What the last digit is worth that is kept: three digits are significant, more where more are printed. */
function step(plain: string): number {
  const [, decimals = ""] = plain.split(".");
  const significant = 10 ** (Math.floor(Math.log10(Number(plain))) - 2);
  return Math.min(Math.max(significant, 0), 1, decimals === "" ? 1 : 10 ** -decimals.length);
}

export function exactly(value: number): Quantity {
  return { low: value, high: value, dimension: NONE };
}

export function sameDimension(a: Dimension, b: Dimension): boolean {
  return a.every((power, index) => Math.abs(power - b[index]!) < 1e-9);
}
