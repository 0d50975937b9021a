/** The same values over and over, one a layer. */
export function cycle<Value>(values: readonly Value[], layers: number): Value[] {
  return Array.from({ length: layers }, (_, layer) => values[layer % values.length]!);
}

/** One value for the layers named, another for all else. */
export function at<Value>(layers: number, special: readonly number[], value: Value, other: Value): Value[] {
  return Array.from({ length: layers }, (_, layer) => (special.includes(layer) ? value : other));
}
