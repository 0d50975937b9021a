import { seededRandom } from "../../../facts/units/index.ts";

/** A generator of its own for every (seed, index), so that what request n gets does not depend on when others were drawn. */
export function chanceOf(seed: number, index: number): () => number {
  let mixed = (seed ^ Math.imul(index + 1, 0x9e3779b1)) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return seededRandom((mixed ^ (mixed >>> 16)) >>> 0);
}

/** Mean 1: by the inverse of the distribution function. */
export function exponential(random: () => number): number {
  return -Math.log(1 - random());
}

/** Mean 0, standard deviation 1: Box and Muller, one of the two values. */
export function normal(random: () => number): number {
  return Math.sqrt(2 * exponential(random)) * Math.cos(2 * Math.PI * random());
}

/** Gamma with this shape and scale 1: Marsaglia and Tsang 2000, with their step from below 1 to above. */
export function gamma(shape: number, random: () => number): number {
  if (shape < 1) return gamma(shape + 1, random) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random()) < x * x * 0.5 + d - d * v + d * Math.log(v)) return d * v;
  }
}
