/** A node of a picture; numbers are rounded when it is written. An absent attribute is left out. */
export interface Element {
  readonly name: string;
  readonly attributes: Attributes;
  readonly children: readonly (Element | string)[];
}

export type Attributes = Readonly<Record<string, string | number | undefined>>;

export function element(
  name: string,
  attributes: Attributes = {},
  children: readonly (Element | string)[] = [],
): Element {
  return { name, attributes, children };
}

/** Parts that belong together, moved as one. */
export function group(children: readonly Element[], attributes: Attributes = {}): Element {
  return element("g", attributes, children);
}

/** Moved right and down, in pixels. */
export function moved(x: number, y: number, children: readonly Element[]): Element {
  return group(children, { transform: `translate(${round(x)},${round(y)})` });
}

/** Hundredths of a pixel: what nobody sees does not change the bytes. */
export function round(value: number): number {
  if (!Number.isFinite(value)) throw new RangeError(`a picture has no place ${value}`);
  const rounded = Math.round(value * 100) / 100;
  return rounded === 0 ? 0 : rounded;
}
