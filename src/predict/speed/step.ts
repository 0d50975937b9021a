import { leastCertain, type Provenance } from "../estimate/index.ts";
import type { Derived } from "./derived.ts";
import type { Bound, Worker } from "./speed.ts";

/** A step as it is added up over places and ways between them. */
export interface Step {
  seconds: number;
  /** seconds by what they go into; where two overlap both count whole */
  readonly spent: Record<Bound, number>;
  /** seconds by who works */
  readonly worked: Record<Worker, number>;
  /** seconds that the same step would take at the limit */
  ideal: number;
  spread: number;
  provenance: Provenance;
  readonly terms: string[];
  /** how the numbers in `terms` come about; absent where nobody asked */
  readonly derived?: Derived[];
}

export function emptyStep({ derive = false }: { readonly derive?: boolean } = {}): Step {
  const spent = { bandwidth: 0, compute: 0, overhead: 0, link: 0, disk: 0 };
  const worked = { device: 0, host: 0, link: 0, disk: 0 };
  return {
    seconds: 0,
    spent,
    worked,
    ideal: 0,
    spread: 0,
    provenance: "formula",
    terms: [],
    ...(derive ? { derived: [] } : {}),
  };
}

/** Adds a stretch of a step: its seconds, the spread of its kind and where its figures are from. */
export function add(
  step: Step,
  part: {
    readonly worker: Worker;
    readonly seconds: number;
    readonly spent: Partial<Record<Bound, number>>;
    readonly ideal: number;
    readonly spread: number;
    readonly provenance: Provenance;
    readonly term: string;
    readonly derived?: () => readonly Derived[];
  },
): void {
  step.seconds += part.seconds;
  step.worked[part.worker] += part.seconds;
  for (const bound of BOUNDS) step.spent[bound] += part.spent[bound] ?? 0;
  step.ideal += part.ideal;
  // the widest band counts as far as its place takes of the time, see spreadOf
  step.spread += part.spread * part.seconds;
  step.provenance = leastCertain(step.provenance, part.provenance);
  step.terms.push(part.term);
  if (part.derived) step.derived?.push(...part.derived());
}

const BOUNDS: readonly Bound[] = ["bandwidth", "compute", "overhead", "link", "disk"];

/** What most of the time goes into. */
export function largest(spent: Readonly<Record<Bound, number>>): Bound {
  return BOUNDS.reduce((most, bound) => (spent[bound] > spent[most] ? bound : most));
}
