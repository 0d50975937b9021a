import { LoadoutError } from "../../facts/errors/index.ts";
import { formatFileBytes } from "../../facts/units/index.ts";

/** What a person is told before anything is downloaded. */
export interface DownloadQuestion {
  readonly what: string;
  /** over the network */
  readonly bytes: number;
  /** where it comes from, in words */
  readonly from: string;
  readonly licence?: { readonly name: string; readonly url: string; readonly restricted: boolean };
}

/** Who may allow a download. */
export interface Consent {
  /** `--yes` was given */
  readonly yes: boolean;
  /** asks on the terminal; absent where there is none */
  readonly ask?: (question: DownloadQuestion) => Promise<boolean>;
  /** tells without asking, always before the first byte */
  readonly tell: (question: DownloadQuestion) => void;
  /** the default small model up to this size needs no question: {@link DEFAULT_MODEL_BYTES}, or 0 to always ask */
  readonly freeBytes: number;
}

/** What `loadout` may fetch by itself when a machine has no weights at all: the size is shown first. */
export const DEFAULT_MODEL_BYTES = 100_000_000;

/** Returns when the download is allowed, else throws `consent-needed` (nobody to ask) or `declined`. */
export async function obtainConsent(question: DownloadQuestion, isDefault: boolean, consent: Consent): Promise<void> {
  // terms of use are a person's to accept, whatever the size
  const free = isDefault && question.bytes <= consent.freeBytes && question.licence?.restricted !== true;
  if (consent.yes || free) return consent.tell(question);
  const { what, bytes } = question;
  if (consent.ask === undefined)
    throw new LoadoutError("consent-needed", { what, size: formatFileBytes(bytes), bytes });
  if (!(await consent.ask(question))) throw new LoadoutError("declined", { what });
}
