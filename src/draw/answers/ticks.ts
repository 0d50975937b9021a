/** Round numbers of a logarithmic axis, 1, 2 and 5 in each power of ten, and the domain that they span around the values. */
export function logAxis(values: readonly number[]): { domain: readonly [number, number]; ticks: readonly number[] } {
  const positive = values.filter((value) => value > 0 && Number.isFinite(value));
  const [least, most] = positive.length === 0 ? [1, 10] : [Math.min(...positive), Math.max(...positive)];
  const steps: number[] = [];
  for (let power = Math.floor(Math.log10(least)) - 1; power <= Math.ceil(Math.log10(most)); power += 1)
    for (const digit of [1, 2, 5]) steps.push(Number(`${digit}e${power}`));
  const low = steps.findLast((step) => step <= least) ?? least;
  const found = steps.find((step) => step >= most) ?? most;
  const high = found > low ? found : low * 2;
  return { domain: [low, high], ticks: steps.filter((step) => step >= low && step <= high) };
}

/** A linear axis from nothing: its end and about five round numbers. */
export function linearAxis(most: number): { most: number; ticks: readonly number[] } {
  const wanted = most > 0 && Number.isFinite(most) ? most : 1;
  const raw = wanted / 5;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 2.5, 5, 10].find((digit) => digit * power >= raw) ?? 10) * power;
  const count = Math.ceil(wanted / step - 1e-9);
  return { most: count * step, ticks: Array.from({ length: count + 1 }, (_, index) => index * step) };
}
