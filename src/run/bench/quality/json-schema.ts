/** The part of JSON Schema 2020-12 that the tasks use. */
export interface JsonSchema {
  readonly type?: "object" | "array" | "string" | "number" | "integer" | "boolean" | "null";
  readonly enum?: readonly (string | number | boolean | null)[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Does a value have the form of a schema? */
export function matches(schema: JsonSchema, value: unknown): boolean {
  if (schema.enum && !schema.enum.some((allowed) => allowed === value)) return false;
  if (schema.type && !isOfType(schema.type, value)) return false;
  if (typeof value === "string") return value.length >= (schema.minLength ?? 0);
  if (typeof value === "number")
    return (
      value >= (schema.minimum ?? Number.NEGATIVE_INFINITY) && value <= (schema.maximum ?? Number.POSITIVE_INFINITY)
    );
  if (Array.isArray(value)) {
    const { minItems = 0, maxItems = Number.POSITIVE_INFINITY, items } = schema;
    if (value.length < minItems || value.length > maxItems) return false;
    return !items || value.every((item) => matches(items, item));
  }
  if (typeof value === "object" && value !== null) return objectMatches(schema, new Map(Object.entries(value)));
  return true;
}

function objectMatches(
  { properties = {}, required = [], additionalProperties = true }: JsonSchema,
  entries: ReadonlyMap<string, unknown>,
): boolean {
  if (!required.every((key) => entries.has(key))) return false;
  return [...entries].every(([key, value]) => {
    const schema = Object.hasOwn(properties, key) ? properties[key] : undefined;
    return schema ? matches(schema, value) : additionalProperties;
  });
}

function isOfType(type: NonNullable<JsonSchema["type"]>, value: unknown): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}
