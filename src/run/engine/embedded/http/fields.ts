import { LoadoutError } from "../../../../facts/errors/index.ts";

export type Body = Readonly<Record<string, unknown>>;

/** Fields of a request, each checked; what is absent or null is the default. */
export class Fields {
  readonly body: Body;

  constructor(body: Body) {
    this.body = body;
  }

  has(field: string): boolean {
    return this.body[field] !== undefined && this.body[field] !== null;
  }

  number(field: string, low: number, high: number): number | undefined {
    const value = this.body[field] ?? undefined;
    if (value === undefined) return undefined;
    if (typeof value === "number" && value >= low && value <= high) return value;
    throw wrong(field, `a number from ${low} to ${high}`, value);
  }

  integer(field: string, low: number, high = Number.MAX_SAFE_INTEGER): number | undefined {
    const value = this.number(field, low, high);
    if (value !== undefined && !Number.isInteger(value)) throw wrong(field, "a whole number", value);
    return value;
  }

  flag(field: string): boolean | undefined {
    const value = this.body[field] ?? undefined;
    if (value === undefined || typeof value === "boolean") return value;
    throw wrong(field, "true or false", value);
  }

  text(field: string): string | undefined {
    const value = this.body[field] ?? undefined;
    if (value === undefined || typeof value === "string") return value;
    throw wrong(field, "text", value);
  }

  record(field: string): Body | undefined {
    const value = this.body[field] ?? undefined;
    if (value === undefined) return undefined;
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
    throw wrong(field, "an object", value);
  }

  list(field: string): readonly unknown[] | undefined {
    const value = this.body[field] ?? undefined;
    if (value === undefined || Array.isArray(value)) return value;
    throw wrong(field, "a list", value);
  }
}

export function wrong(field: string, expected: string, value: unknown): LoadoutError {
  return new LoadoutError("engine-request-invalid", { field, expected, got: shown(value) });
}

export function cannot(what: string): LoadoutError {
  return new LoadoutError("engine-request-unsupported", { what });
}

function shown(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}
