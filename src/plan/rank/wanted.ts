import type { LicenseFacts } from "../../facts/model/index.ts";

/** What a model must be; absent: anything. */
export interface Wanted {
  readonly tools?: boolean;
  readonly vision?: boolean;
  /** "open" (for any use), "commercial" (with conditions too), or a licence as its publisher names it */
  readonly licence?: string;
  /** released then or later: "2026", "2026-04", "2026-04-15" */
  readonly since?: string;
}

/** What is known of a model beside its geometry. */
export interface DeclaredFacts {
  readonly released: string;
  /** what it takes: "text+image"; absent: text alone */
  readonly modality?: string;
  readonly license?: string;
  readonly licenseUse?: LicenseFacts["use"];
  /** absent: not known */
  readonly tools?: boolean;
}

/** Models that a wish left out. */
export interface LeftOut {
  readonly wish: keyof Wanted | "maxSize";
  /** those that are known not to be so */
  readonly no: number;
  /** those of which it is not known: they never pass */
  readonly unknown: number;
}

type Wish = keyof Wanted;

/** Yes, no, or not known, for a wish that was made. */
const TESTS: readonly (readonly [Wish, (facts: DeclaredFacts, wanted: Wanted) => boolean | undefined])[] = [
  ["tools", ({ tools }, wanted) => (tools === undefined ? undefined : tools === wanted.tools)],
  ["vision", ({ modality = "text" }, wanted) => modality.includes("image") === wanted.vision],
  ["licence", ({ license, licenseUse }, { licence = "" }) => licensed(licence, license, licenseUse)],
  ["since", ({ released }, { since = "" }) => released >= since],
];

function licensed(wanted: string, license: string | undefined, use: LicenseFacts["use"] | undefined) {
  if (license === undefined) return undefined;
  if (wanted === "open") return use === "open";
  if (wanted === "commercial") return use !== "non-commercial";
  return license.toLowerCase().includes(wanted.toLowerCase());
}

/** Those that are known to be what is wanted, and how many each wish left out; of several the first that did counts. */
export function onlyWanted<Model extends DeclaredFacts>(
  models: readonly Model[],
  wanted: Wanted,
): { readonly kept: Model[]; readonly leftOut: LeftOut[] } {
  const made = TESTS.filter(([wish]) => wanted[wish] !== undefined);
  const counts = made.map(([wish]) => ({ wish, no: 0, unknown: 0 }));
  const kept = models.filter((model) =>
    made.every(([, passes], index) => {
      const answer = passes(model, wanted);
      if (answer === false) counts[index]!.no += 1;
      if (answer === undefined) counts[index]!.unknown += 1;
      return answer === true;
    }),
  );
  return { kept, leftOut: counts.filter(({ no, unknown }) => no + unknown > 0) };
}
