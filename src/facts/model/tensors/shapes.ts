/** Names with their dimensions, fastest first. */
export type Shapes = (readonly [name: string, shape: readonly number[]])[];
