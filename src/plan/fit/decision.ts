/** A choice with its reasons: they travel together. */
export interface Decision<Value extends string | number = string | number> {
  readonly setting: string;
  readonly value: Value;
  readonly because: string;
  /** the person asked for it: the search does not change it */
  readonly asked?: boolean;
}
