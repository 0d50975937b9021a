import { matches, type JsonSchema } from "./json-schema.ts";

/** What a reply must be. Checked by code alone, and as strictly as a program that reads replies would. */
export type Check =
  /** the whole reply is one JSON value of this form: no fence, no word before or after */
  | { readonly kind: "json"; readonly schema: JsonSchema }
  /** every line is an item, and there are exactly so many */
  | {
      readonly kind: "list";
      readonly items: number;
      readonly style: "numbered" | "dashed";
      readonly wordsPerItem?: number;
    }
  /** one of these stands in the reply as a word of its own */
  | { readonly kind: "word"; readonly anyOf: readonly string[] }
  /** what stands after "Answer:", or else the last number, is this */
  | { readonly kind: "number"; readonly answer: number };

/** Does a reply pass? A model's thoughts before its answer (`<think>`) are not part of the answer. */
export function passes(check: Check, reply: string): boolean {
  const answer = withoutThoughts(reply).trim();
  switch (check.kind) {
    case "json":
      return matches(check.schema, parsed(answer));
    case "list":
      return isList(check, answer);
    case "word":
      return check.anyOf.some((word) => hasWord(answer, word));
    default:
      return lastNumber(answer) === check.answer;
  }
}

function withoutThoughts(reply: string): string {
  const end = reply.lastIndexOf("</think>");
  if (end >= 0) return reply.slice(end + "</think>".length);
  return reply.trimStart().startsWith("<think>") ? "" : reply;
}

/** Undefined where it is no JSON: no schema allows that. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isList({ items, style, wordsPerItem }: Extract<Check, { kind: "list" }>, answer: string): boolean {
  const lines = answer.split("\n").filter((line) => line.trim() !== "");
  if (lines.length !== items) return false;
  return lines.every((line, index) => {
    const item = (style === "numbered" ? /^\s*(\d+)\.\s+(\S.*)$/ : /^\s*(-)\s+(\S.*)$/).exec(line);
    if (!item) return false;
    if (style === "numbered" && Number(item[1]) !== index + 1) return false;
    return wordsPerItem === undefined || item[2]!.trim().split(/\s+/).length === wordsPerItem;
  });
}

/** Letters beside it would make it another word; scripts without spaces have no such borders. */
function hasWord(answer: string, word: string): boolean {
  const [text, wanted] = [answer, word].map((one) => one.normalize("NFKC").toLowerCase());
  if (/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(wanted!)) return text!.includes(wanted!);
  const escaped = wanted!.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  // what counts a day or a litre may stand right behind a number
  const border = /^\p{N}+$/u.test(wanted!) ? "\\p{N}" : "[\\p{L}\\p{N}]";
  return new RegExp(`(?<!${border})${escaped}(?!${border})`, "u").test(text!);
}

function lastNumber(answer: string): number | undefined {
  const marked = answer.toLowerCase().lastIndexOf("answer:");
  const from = marked < 0 ? answer : answer.slice(marked);
  const numbers = from.match(/-?\d+(?:,\d{3})*(?:\.\d+)?/g);
  const one = marked < 0 ? numbers?.at(-1) : numbers?.[0];
  return one === undefined ? undefined : Number(one.replaceAll(",", ""));
}
