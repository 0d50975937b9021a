import { literal, type JsonGrammar } from "../grammar/index.ts";
import type { Thinking } from "../text/index.ts";
import { wrong, type Fields } from "./fields.ts";
import { isFields } from "../../../home/index.ts";

/** A reply that begins in the middle of thinking ends that first; GBNF. Thoughts have no character that begins the end. */
export function thinkingFirst({ close }: Thinking): string {
  const first = close[0] === "[" ? "\\[" : close[0]!;
  return `([^${first}] | ${literal(close[0]!)} [^${close[1]}])* ${literal(close)} ws`;
}

/** What the answer must look like: a rule's body of `grammar`, or a grammar of the client's own. */
export function answerGrammar(
  grammar: JsonGrammar,
  fields: Fields,
): { readonly body: string } | { readonly text: string } | undefined {
  const own = fields.text("grammar");
  if (own !== undefined && own !== "") return { text: own };
  if (fields.has("json_schema")) return { body: grammar.schema(fields.body["json_schema"], "json_schema") };
  const format = fields.record("response_format");
  if (!format) return undefined;
  switch (format["type"]) {
    case "text":
      return undefined;
    case "json_object":
      return { body: format["schema"] === undefined ? grammar.object() : grammar.schema(format["schema"], "schema") };
    case "json_schema": {
      const { json_schema: named } = format;
      const schema = isFields(named) ? (named["schema"] ?? {}) : format["schema"];
      return { body: grammar.schema(schema, "response_format.json_schema.schema") };
    }
    default:
      throw wrong("response_format.type", "text, json_object or json_schema", format["type"]);
  }
}
