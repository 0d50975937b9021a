import { LoadoutError } from "../../../../facts/errors/index.ts";

export type Schema = boolean | Readonly<Record<string, unknown>>;

/** Words of JSON Schema that say nothing about which values are right. */
const SILENT = new Set(
  [
    "$schema",
    "$id",
    "$comment",
    "$defs",
    "definitions",
    "title",
    "description",
    "default",
    "examples",
    "example",
  ].concat(["deprecated", "readOnly", "writeOnly", "strict", "nullable"]),
);

/** Words that narrow values and are held by the grammar, by the kind of value they speak of; others are refused. */
const HELD: Readonly<Record<"any" | "object" | "array" | "string" | "number", readonly string[]>> = {
  any: ["type", "enum", "const", "anyOf", "oneOf", "allOf", "$ref"],
  object: ["properties", "required", "additionalProperties"],
  array: ["items", "prefixItems", "minItems", "maxItems"],
  string: ["minLength", "maxLength", "format", "contentMediaType"],
  number: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
};

const ALL_HELD = new Set(Object.values(HELD).flat());

/** A schema whose words are all held; refuses one that asks for more than a grammar can promise. */
export function checked(schema: unknown, path: string): Schema {
  if (typeof schema === "boolean") return schema;
  if (typeof schema !== "object" || schema === null || Array.isArray(schema))
    throw new LoadoutError("engine-request-invalid", { field: path, expected: "a JSON schema", got: typeof schema });
  for (const word of Object.keys(schema))
    if (!ALL_HELD.has(word) && !SILENT.has(word) && !word.startsWith("x-"))
      throw new LoadoutError("engine-request-unsupported", { what: `"${word}" in a JSON schema (${path})` });
  return { ...schema };
}

/** The part of `root` that a reference names: "#", "#/$defs/item". */
export function resolve(root: Schema, reference: string): unknown {
  if (reference === "#") return root;
  const wrong = (got: string) =>
    new LoadoutError("engine-request-invalid", { field: "$ref", expected: "a part of the same schema", got });
  if (!reference.startsWith("#/")) throw wrong(reference);
  let at: unknown = root;
  for (const step of reference.slice(2).split("/")) {
    const key = decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
    const within: Readonly<Record<string, unknown>> = typeof at === "object" && at !== null ? { ...at } : {};
    if (!Object.hasOwn(within, key)) throw wrong(reference);
    at = within[key];
  }
  return at;
}
