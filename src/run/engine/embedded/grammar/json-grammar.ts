import { LoadoutError } from "../../../../facts/errors/index.ts";
import { integerRule } from "./integers.ts";
import { BASE, FORMATS, literal } from "./rules.ts";
import { checked, resolve, type Schema } from "./schema.ts";

/** Writes rules for JSON schemas. Members of objects come in the order of the schema, as models are used to. */
export class JsonGrammar {
  readonly #rules = new Map<string, string>();
  readonly #references = new Map<string, string>();
  #root: Schema = true;

  /** A rule's body for values of a schema; references are looked up in the schema itself. */
  schema(schema: unknown, path: string): string {
    this.#root = checked(schema, path);
    this.#references.clear();
    return this.rule(this.#value(this.#root, path));
  }

  /** Any object: what `json_object` asks for. */
  object(): string {
    return "object";
  }

  /** The whole grammar, for a root's body. */
  text(root: string): string {
    const own = [...this.#rules].map(([name, body]) => `${name} ::= ${body}`);
    const base = Object.entries(BASE).map(([name, body]) => `${name} ::= ${body}`);
    return [`root ::= ${root}`, ...own, ...base].join("\n");
  }

  /** The name of a rule with this body. */
  rule(body: string): string {
    if (/^[a-z][\w-]*$/.test(body)) return body;
    const name = `r${this.#rules.size}`;
    this.#rules.set(name, body);
    return name;
  }

  #value(given: unknown, path: string): string {
    const schema = checked(given, path);
    if (schema === true) return "value";
    if (schema === false) throw never(path);
    const reference = schema["$ref"];
    if (typeof reference === "string") return this.#reference(reference);
    if (schema["const"] !== undefined) return `${literal(JSON.stringify(schema["const"]))} ws`;
    const { enum: values } = schema;
    if (Array.isArray(values)) {
      if (values.length === 0) throw never(path);
      return `(${values.map((value) => literal(JSON.stringify(value))).join(" | ")}) ws`;
    }
    const parts = schema["allOf"];
    if (Array.isArray(parts)) return this.#value(this.#merged(schema, parts, path), path);
    const choices = schema["anyOf"] ?? schema["oneOf"];
    if (Array.isArray(choices)) {
      const rest = Object.fromEntries(Object.entries(schema).filter(([word]) => word !== "anyOf" && word !== "oneOf"));
      return this.#either(choices.map((choice) => this.#value(this.#over(rest, choice, path), path)));
    }
    const type = schema["type"] ?? impliedType(schema);
    if (Array.isArray(type)) return this.#either(type.map((one) => this.#typed(one, schema, path)));
    return type === undefined ? "value" : this.#typed(type, schema, path);
  }

  #either(bodies: readonly string[]): string {
    return this.rule(bodies.map((body) => this.rule(body)).join(" | "));
  }

  #reference(reference: string): string {
    const known = this.#references.get(reference);
    if (known !== undefined) return known;
    const name = `ref${this.#references.size}-${this.#rules.size}`;
    this.#references.set(reference, name);
    this.#rules.set(name, "value"); // holds the place: the body may name it
    this.#rules.set(name, this.#value(resolve(this.#root, reference), reference));
    return name;
  }

  #typed(type: unknown, schema: Readonly<Record<string, unknown>>, path: string): string {
    switch (type) {
      case "object":
        return this.#object(schema, path);
      case "array":
        return this.#array(schema, path);
      case "string":
        return `${this.#string(schema, path)} ws`;
      case "integer":
        return `(${this.#integer(schema)}) ws`;
      case "number":
        if (hasBounds(schema)) throw unsupported("bounds of numbers that are not whole", path);
        return "number ws";
      case "boolean":
      case "null":
        return `${type} ws`;
      default:
        throw new LoadoutError("engine-request-invalid", {
          field: `${path}.type`,
          expected: "a type of JSON",
          got: String(type),
        });
    }
  }

  #string({ format, minLength, maxLength }: Readonly<Record<string, unknown>>, path: string): string {
    if (typeof format === "string") {
      const body = FORMATS[format];
      if (body === undefined) throw unsupported(`the format "${format}"`, path);
      return body;
    }
    if (minLength === undefined && maxLength === undefined) return "string";
    return `"\\"" char${times(minLength, maxLength)} "\\""`;
  }

  #integer(schema: Readonly<Record<string, unknown>>): string {
    if (!hasBounds(schema)) return "integer";
    const bound = (word: string, otherwise: number) => {
      const value = schema[word];
      return typeof value === "number" ? value : otherwise;
    };
    const { NEGATIVE_INFINITY: none, POSITIVE_INFINITY: all } = Number;
    const low = Math.max(bound("minimum", none), Math.floor(bound("exclusiveMinimum", none)) + 1);
    const high = Math.min(bound("maximum", all), Math.ceil(bound("exclusiveMaximum", all)) - 1);
    const body = integerRule(low, high);
    if (body === "") throw never("minimum and maximum");
    return body;
  }

  #array({ items, prefixItems, minItems, maxItems }: Readonly<Record<string, unknown>>, path: string): string {
    if (Array.isArray(prefixItems)) {
      const parts = prefixItems.map((item, index) => this.rule(this.#value(item, `${path}[${index}]`)));
      return `"[" ws ${parts.join(' "," ws ')} "]" ws`;
    }
    const item = this.rule(this.#value(items ?? true, `${path}[]`));
    const least = count(minItems, 0);
    const most = count(maxItems, Number.POSITIVE_INFINITY);
    if (most === 0) return '"[" ws "]" ws';
    const more = `("," ws ${item})${times(Math.max(0, least - 1), most === Number.POSITIVE_INFINITY ? undefined : most - 1)}`;
    return least > 0 ? `"[" ws ${item} ${more} "]" ws` : `"[" ws (${item} ${more})? "]" ws`;
  }

  #object({ properties, required, additionalProperties }: Readonly<Record<string, unknown>>, path: string): string {
    const known = typeof properties === "object" && properties !== null ? Object.entries(properties) : [];
    if (known.length === 0 && (additionalProperties === undefined || additionalProperties === true)) return "object";
    const must = new Set<unknown>(Array.isArray(required) ? required : []);
    const members = known.map(([key, value]) => ({
      must: must.has(key),
      rule: this.rule(`${literal(JSON.stringify(key))} ws ":" ws ${this.rule(this.#value(value, `${path}.${key}`))}`),
    }));
    // names beyond the known ones only where the schema asks for values of a kind: left to models, they invent
    if (typeof additionalProperties === "object" && additionalProperties !== null) {
      const value = this.rule(this.#value(additionalProperties, `${path}.*`));
      const member = this.rule(`string ws ":" ws ${value}`);
      const list = this.rule(`${member} ("," ws ${member})*`);
      members.push({ must: false, rule: list });
    }
    return `"{" ws ${this.#members(members)} "}" ws`;
  }

  /** Members in order, the optional ones left out or not, with commas between those that are there. */
  #members(members: readonly { readonly must: boolean; readonly rule: string }[]): string {
    // after[i]: what may follow once a member was written; first[i]: the same where none was
    let after = "";
    let first = "";
    for (const { must, rule } of members.toReversed()) {
      const written = this.rule(`${rule}${after === "" ? "" : ` ${after}`}`);
      const skipped = first;
      first = must ? written : this.rule(skipped === "" ? `${written} | ""` : `${written} | ${skipped}`);
      const next = `"," ws ${written}`;
      after = this.rule(must ? next : after === "" ? `${next} | ""` : `${next} | ${after}`);
    }
    return first;
  }

  /** `anyOf` beside other words: each choice with them. */
  #over(rest: Readonly<Record<string, unknown>>, choice: unknown, path: string): unknown {
    const words = Object.keys(rest).filter((word) => word !== "$defs" && word !== "definitions");
    const narrowing = words.filter((word) => ["type", "properties", "required", "additionalProperties"].includes(word));
    return narrowing.length === 0 ? choice : this.#merged(rest, [choice], path);
  }

  /** Objects that must be all of several kinds: the members of all. */
  #merged(
    schema: Readonly<Record<string, unknown>>,
    parts: readonly unknown[],
    path: string,
  ): Readonly<Record<string, unknown>> {
    const { allOf: _, ...merged } = { ...schema };
    const whole: Record<string, unknown> = merged;
    for (const part of parts) {
      const given = checked(part, path);
      const resolved =
        typeof given === "object" && typeof given["$ref"] === "string" ? this.#resolved(given["$ref"]) : given;
      if (typeof resolved === "boolean") throw unsupported("allOf of true or false", path);
      for (const [word, value] of Object.entries(resolved)) {
        const had = whole[word];
        if (word === "properties") whole[word] = { ...asRecord(had), ...asRecord(value) };
        else if (word === "required") whole[word] = [...asList(had), ...asList(value)];
        else if (had === undefined || JSON.stringify(had) === JSON.stringify(value)) whole[word] = value;
        else throw unsupported(`two different "${word}" in allOf`, path);
      }
    }
    return whole;
  }

  #resolved(reference: string): Schema {
    return checked(resolve(this.#root, reference), reference);
  }
}

function impliedType(schema: Readonly<Record<string, unknown>>): string | undefined {
  if (schema["properties"] !== undefined || schema["additionalProperties"] !== undefined) return "object";
  if (schema["items"] !== undefined || schema["prefixItems"] !== undefined) return "array";
  return undefined;
}

function hasBounds(schema: Readonly<Record<string, unknown>>): boolean {
  return ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"].some((word) => schema[word] !== undefined);
}

function times(least: unknown, most: unknown): string {
  const from = count(least, 0);
  const to = count(most, Number.POSITIVE_INFINITY);
  if (to === Number.POSITIVE_INFINITY) return from === 0 ? "*" : `{${from},}`;
  return `{${from},${to}}`;
}

function count(value: unknown, otherwise: number): number {
  return typeof value === "number" && value >= 0 ? Math.floor(value) : otherwise;
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function unsupported(what: string, path: string): LoadoutError {
  return new LoadoutError("engine-request-unsupported", { what: `${what} in a JSON schema (${path})` });
}

function never(path: string): LoadoutError {
  return new LoadoutError("engine-request-invalid", { field: path, expected: "a schema with a value", got: "none" });
}
