/** Rounds of halving after which a part is sorted instead: no order of values makes a selection slow. */
const ROUNDS = 64;

/**
 * Puts values where an ascending sort would have them, at these places only (ascending); what is before such a place is not
 * larger, what is behind it not smaller. Hoare's selection: for a few places of many values a fraction of a sort.
 */
export function selectPlaces(values: Float64Array, places: readonly number[]): void {
  let from = 0;
  for (const place of places) {
    if (place < from) continue;
    selectPlace(values, from, place);
    from = place + 1;
  }
}

function selectPlace(values: Float64Array, from: number, place: number): void {
  let low = from;
  let high = values.length - 1;
  for (let round = 0; low < high; round += 1) {
    if (round === ROUNDS) {
      values.subarray(low, high + 1).sort();
      return;
    }
    const pivot = middleOf(values[low]!, values[(low + high) >> 1]!, values[high]!);
    let left = low;
    let right = high;
    while (left <= right) {
      while (values[left]! < pivot) left += 1;
      while (values[right]! > pivot) right -= 1;
      if (left > right) break;
      const swapped = values[left]!;
      values[left] = values[right]!;
      values[right] = swapped;
      left += 1;
      right -= 1;
    }
    if (place <= right) high = right;
    else if (place >= left) low = left;
    else return;
  }
}

function middleOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
