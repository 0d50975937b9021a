import { LoadoutError } from "../../../facts/errors/index.ts";
import { isFields, type Fields } from "../../client/index.ts";

export { isFields, type Fields };

/**
 * Reads a client's JSON by name and kind. A field that is there with another kind is refused with its whole path
 * (`request-invalid`); null counts as absent, as the dialects here use it.
 */
export class Reader {
  readonly #fields: Fields;
  readonly #path: string;

  constructor(fields: Fields, path = "") {
    this.#fields = fields;
    this.#path = path;
  }

  at(name: string): string {
    return this.#path === "" ? name : `${this.#path}.${name}`;
  }

  raw(name: string): unknown {
    return this.#fields[name] ?? undefined;
  }

  text(name: string): string | undefined {
    const value = this.raw(name);
    return value === undefined || typeof value === "string" ? value : this.refuse(name, "text");
  }

  number(name: string): number | undefined {
    const value = this.raw(name);
    return value === undefined || typeof value === "number" ? value : this.refuse(name, "a number");
  }

  flag(name: string): boolean | undefined {
    const value = this.raw(name);
    return value === undefined || typeof value === "boolean" ? value : this.refuse(name, "true or false");
  }

  needText(name: string): string {
    return this.text(name) ?? this.refuse(name, "text");
  }

  object(name: string): Reader | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    return isFields(value) ? new Reader(value, this.at(name)) : this.refuse(name, "an object");
  }

  /** Each entry of a list of objects. */
  objects(name: string): Reader[] | undefined {
    return this.list(name)?.map((entry, index) => {
      const path = `${name}[${index}]`;
      return isFields(entry) ? new Reader(entry, this.at(path)) : this.refuse(path, "an object", entry);
    });
  }

  texts(name: string): string[] | undefined {
    return this.list(name)?.map((entry, index) =>
      typeof entry === "string" ? entry : this.refuse(`${name}[${index}]`, "text", entry),
    );
  }

  list(name: string): readonly unknown[] | undefined {
    const value = this.raw(name);
    if (value === undefined || Array.isArray(value)) return value;
    return this.refuse(name, "a list");
  }

  refuse(name: string, expected: string, got: unknown = this.raw(name)): never {
    throw new LoadoutError("request-invalid", { field: this.at(name), expected, got: said(got) });
  }

  unsupported(name: string, what: string, instead: string): never {
    throw new LoadoutError("request-unsupported", { field: this.at(name), what, instead });
  }
}

/** Only what is there: OpenAI's servers take an explicit null or undefined amiss. */
export function present(fields: Fields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** A value in an error, short, and never a prompt. */
function said(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "string") return value.length > 40 ? `text of ${value.length} characters` : `"${value}"`;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "an object";
}
