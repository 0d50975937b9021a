import fc from "fast-check";
import { expect, test } from "vitest";
import { table, type ReportDocument } from "./document.ts";
import { tablesOfHtml, tablesOfMarkdown, plain } from "./testing/read-back.ts";
import { toHtml } from "./to-html.ts";
import { toMarkdown } from "./to-markdown.ts";

/** Every kind of block, with one text in every place where a text can stand. */
function everyBlock(text: string): ReportDocument {
  const worked = { label: text, value: text, how: text, lines: [text], because: text, parts: [] };
  return {
    title: text,
    lead: text,
    blocks: [
      { kind: "heading", level: 2, text },
      { kind: "heading", level: 3, text },
      { kind: "text", text },
      { kind: "text", text, tone: "bad" },
      { kind: "text", text, soft: true },
      { kind: "figures", figures: [{ label: text, value: text, note: text, tone: "good" }] },
      ...table(text, [text, `#${text}`], [[text, text]], [1]),
      { kind: "chart", title: text, svg: "<svg></svg>" },
      { kind: "code", text },
      { kind: "list", items: [text, text] },
      { kind: "worked", items: [{ ...worked, parts: [worked] }] },
    ],
    footer: text,
  };
}

test("both writers", () => {
  expect(toMarkdown(everyBlock("a_b"))).toMatchSnapshot();
  expect(toHtml(everyBlock("a & b")).replace(/<style>[^]*?<\/style>/, "")).toMatchSnapshot();
});

const NASTY = [
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "a | b\n| --: |\n# head",
  "```\nrm -rf ~\n````",
  "\u202Egnp.exe\u0000\u001b[2J",
  "[x](javascript:alert(1)) https://example.com ![i](x)",
  "\\`*_{}[]<>#+-.!|~&amp;",
  "- item",
  "1. item",
  "'style=x'",
];
const hostile = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc
    .array(fc.constantFrom(...Array.from("<>\"&|`*_[]()#\\\n -$1.'a/:")), { maxLength: 30 })
    .map((list) => list.join("")),
);
const TAGS = new Set(toHtml(everyBlock("a")).match(/<\/?[a-z]\w*/g));

test("whatever a name holds, a page has no other tags, no attribute of its making, and nothing is fetched", () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const page = toHtml(everyBlock(text));
      for (const tag of page.match(/<\/?[A-Za-z!]\w*/g) ?? []) if (tag !== "<!doctype") expect(TAGS).toContain(tag);
      const bare = page.replace(/"[^"]*"/g, '""').match(/<[a-z][^>]*>/g) ?? [];
      expect(
        bare.filter((tag) => /\s(?!(?:[a-z][a-z-]*=""\s?)+>)[^>]*>/.test(tag) && tag !== "<!doctype html>"),
      ).toEqual([]);
      expect(bare.filter((tag) => /\s(?:on\w+|src|srcset|style)=/.test(tag))).toEqual([]);
      for (const [, target] of page.matchAll(/ href="([^"]*)"/g)) expect(target).toMatch(/^#s\d+$/);
      // oxlint-disable-next-line eslint/no-control-regex
      expect(page).not.toMatch(/[\u0000-\u0008\u001b\u202e]/);
    }),
    { numRuns: 300 },
  );
});

test("in Markdown it stays where it was put: as many lines, cells and blocks as with a plain word", () => {
  const shape = (text: string) =>
    tablesOfMarkdown(toMarkdown(everyBlock(text))).map(({ columns, rows }) => [
      columns.length,
      rows.map((row) => row.length),
    ]);
  const usual = shape("a");
  fc.assert(
    fc.property(hostile, (text) => {
      expect(shape(text)).toEqual(usual);
      const outside = toMarkdown(everyBlock(text)).replace(/^(`{3,})sh\n[^]*?\n\1$/gm, "");
      // what is not escaped is markup that the writer made
      expect(plainless(outside)).not.toMatch(/[<>[\]`]/);
    }),
    { numRuns: 300 },
  );
});

/** Markdown without what is escaped. */
function plainless(text: string): string {
  return text.replace(/\\[!-/:-@[-`{-~]/g, "");
}

test("tables read back alike from both", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(hostile, hostile), { minLength: 1, maxLength: 5 }), (rows) => {
      const made = { ...everyBlock("a"), blocks: table("what", ["one", "#two"], rows) };
      const [fromHtml] = tablesOfHtml(toHtml(made));
      const [fromMarkdown] = tablesOfMarkdown(toMarkdown(made));
      const oneLine = (cells: readonly string[]) => cells.map((cell) => cell.replace(/\s+/g, " ").trim());
      expect(fromMarkdown!.rows.map(oneLine)).toEqual(fromHtml!.rows.map(oneLine));
      expect(plain("a\\_b")).toBe("a_b");
    }),
  );
});
