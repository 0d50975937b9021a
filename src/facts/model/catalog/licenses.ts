/** What a licence lets one do with a model, as far as a word can say it. Its text decides. */
export interface LicenseFacts {
  /** open: for any use; conditions: commercial use with conditions (size of the company, uses, naming); non-commercial */
  readonly use: "open" | "conditions" | "non-commercial";
}

const OPEN = /^(apache-2\.0|mit|OpenMDW-1\.1)$/;
const NON_COMMERCIAL = /non-commercial|cc-by-nc|Mistral Research|qwen-research|internal scientific research/i;

/** What a row's licence means; `undefined` where the row has none. One that is not known to be open has conditions. */
export function licenseFacts(license: string | undefined): LicenseFacts | undefined {
  if (license === undefined) return undefined;
  if (NON_COMMERCIAL.test(license)) return { use: "non-commercial" };
  return { use: OPEN.test(license) ? "open" : "conditions" };
}
