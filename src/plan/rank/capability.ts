const YEAR_MS = 365.25 * 24 * 3600 * 1000;

/**
 * How able a model is held to be, where nobody has measured it: its parameters; of a mixture of experts the geometric mean of all
 * and of those that work on a token; halved for every year that it is older than the newest model known. A rule of thumb: it
 * orders a list, it measures nothing. `ageMs`: how much older than the newest.
 */
export function capability(parameters: number, activeParameters: number = parameters, ageMs: number = 0): number {
  return Math.sqrt(parameters * activeParameters) * 2 ** (-ageMs / YEAR_MS);
}
