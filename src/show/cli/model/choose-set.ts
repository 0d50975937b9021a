import { LoadoutError } from "../../../facts/errors/index.ts";
import { formatFileBytes } from "../../../facts/units/index.ts";
import type { GgufSet } from "../../../run/fetch/remote/index.ts";

/** Taken where nobody has said which, the first that is there: what publishers put first, then its neighbours. */
const USUAL = ["Q4_K_M", "UD-Q4_K_XL", "Q4_K_S", "IQ4_XS", "Q4_0", "MXFP4_MOE", "MXFP4", "Q5_K_M", "Q6_K", "Q8_0"];

export interface ChosenSet {
  readonly set: GgufSet;
  /** absent where it was named, or where there is no other */
  readonly assumption?: string;
}

/** The files of a repository that are meant: by file type, by file, or else the usual. */
export function chooseSet(
  what: string,
  sets: readonly GgufSet[],
  asked: { readonly quant?: string | undefined; readonly file?: string | undefined },
): ChosenSet {
  if (asked.file !== undefined) {
    const set = sets.find(({ files }) => files.some(({ path }) => path === asked.file));
    if (!set) throw missing(what, sets, `file ${asked.file}`);
    return { set };
  }
  if (asked.quant !== undefined) {
    const wanted = asked.quant.toUpperCase();
    const whole = sets.filter(({ label }) => label.toUpperCase() === wanted);
    const found = whole.length > 0 ? whole : sets.filter(({ label }) => ends(label.toUpperCase(), wanted));
    if (found.length === 0) throw missing(what, sets, asked.quant);
    return { set: theOnly(what, asked.quant, found) };
  }
  const [only, ...others] = sets;
  if (others.length === 0 && only) return { set: only };
  const usual = USUAL.map((name) => sets.filter(({ label }) => label === name)).find((found) => found.length > 0);
  const set = usual ? theOnly(what, usual[0]!.label, usual) : sets[sets.length >> 1]!;
  return { set, assumption: `${set.label}, since no quantization was named; ${what} has ${listed(sets)}` };
}

/** "Q4_K_XL" is "UD-Q4_K_XL", "Q4_K" is "Q4_K_M". */
function ends(label: string, wanted: string): boolean {
  return label.endsWith(`-${wanted}`) || label === `${wanted}_M` || label === `${wanted}_MOE`;
}

function theOnly(what: string, got: string, found: readonly GgufSet[]): GgufSet {
  const [first, ...others] = found;
  if (others.length === 0 && first) return first;
  const expected = found.map(({ files }) => files[0]!.path).join(", ");
  throw new LoadoutError("unknown-value", {
    what: `a file of ${what}`,
    expected,
    got,
    nearest: `hf:${what}/${first!.files[0]!.path}`,
  });
}

function missing(what: string, sets: readonly GgufSet[], got: string): LoadoutError {
  return new LoadoutError("quantization-missing", {
    what,
    got,
    known: listed(sets),
    example: `hf:${what}:${sets[0]!.label}`,
  });
}

function listed(sets: readonly GgufSet[]): string {
  return sets.map(({ label, bytes }) => `${label} (${formatFileBytes(bytes)})`).join(", ");
}
