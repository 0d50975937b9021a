import { ERRORS, type ErrorCode } from "./table.ts";

/** What goes into an error's template: `expected` and `got` where there is something to compare, the place, and free parts. */
export type ErrorDetails = Readonly<Record<string, string | number | bigint | boolean | undefined>>;

/**
 * The only error the rooms throw on purpose. Its text, hint, exit code and HTTP status come from the row of its code in
 * {@link ERRORS}; `details` are the values filled into the template, kept for `--json`.
 */
export class LoadoutError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
  readonly hint: string;
  readonly exitCode: number;
  readonly httpStatus: number;

  constructor(code: ErrorCode, details: ErrorDetails = {}, options?: { cause?: unknown }) {
    const row = ERRORS[code];
    super(fill(row.template, details), options);
    this.name = "LoadoutError";
    this.code = code;
    this.details = details;
    this.hint = fill(row.hint, details);
    this.exitCode = row.exit;
    this.httpStatus = row.http;
  }

  toJSON(): { code: string; message: string; hint: string; details: Record<string, unknown> } {
    const details: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(this.details)) {
      details[key] = typeof value === "bigint" ? value.toString() : value;
    }
    return { code: this.code, message: this.message, hint: this.hint, details };
  }
}

/**
 * Replaces `{name}` by the detail of that name; a missing detail reads "unknown". Details may come from hostile files:
 * control characters, which terminals obey, are replaced, except line breaks and tabs.
 */
function fill(template: string, details: ErrorDetails): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) =>
    String(details[name] ?? "unknown").replace(/[^\P{Cc}\n\t]/gu, "\ufffd"),
  );
}
