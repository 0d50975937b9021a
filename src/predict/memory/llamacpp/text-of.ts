/** What never changes is written out once. */
const TEXTS = new WeakMap<object, string>();

export function textOf(fixed: object): string {
  const known = TEXTS.get(fixed);
  if (known !== undefined) return known;
  const text = JSON.stringify(fixed);
  TEXTS.set(fixed, text);
  return text;
}
