/**
 * What `CUDA_VISIBLE_DEVICES` and its like leave of a list, in the order they give. Numbers count in the API's own order;
 * ids may be shortened. Like the drivers, the first entry that names nothing ends the list. Unset leaves all.
 */
export function visible<T>(
  list: readonly T[],
  setting: string | undefined,
  idOf: (item: T) => string | undefined,
): T[] {
  if (setting === undefined) return [...list];
  const kept: T[] = [];
  for (const word of setting.split(",").map((part) => part.trim())) {
    const byNumber = /^\d+$/.test(word) ? list[Number(word)] : undefined;
    const item = byNumber ?? (word.length < 5 ? undefined : list.find((one) => idOf(one)?.startsWith(word) === true));
    if (item === undefined || kept.includes(item)) break;
    kept.push(item);
  }
  return kept;
}
