/** Natural logarithm of a coefficient by its name; 0 (a factor of one) for those that have none of their own. */
export type Lookup = (name: string) => number;
