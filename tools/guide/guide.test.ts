import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { commandsIn, refusal } from "./commands.ts";
import { fill } from "./fill.ts";
import { guidePages } from "./html.ts";
import { looseNumbers } from "./loose-numbers.ts";
import { makeGuide, templateOf } from "./make.ts";
import { PAGES } from "./pages/index.ts";

const FOLDER = join(import.meta.dirname, "../../docs/guide");
const NAMES = PAGES.map(({ name }) => name);
const committed = (name: string) => readFileSync(join(FOLDER, `${name}.md`), "utf8");

test("the committed pages say what the command line answers", async () => {
  for (const { file, text } of await makeGuide()) expect(readFileSync(join(FOLDER, file), "utf8"), file).toBe(text);
});

describe.each(NAMES)("%s", (name) => {
  test("no number stands in the prose that no code has said", () => {
    expect(looseNumbers(templateOf(name))).toEqual([]);
  });

  test("the command line takes every command it shows", async () => {
    const commands = commandsIn(committed(name));
    expect(commands.length).toBeGreaterThan(0);
    for (const command of commands) expect(await refusal(command), command).toBeUndefined();
  });

  test("ends with what the reader does", () => {
    const last = committed(name).split(/^## /m).at(-1)!;
    expect(last).toMatch(/^(Do it|Start)\n/);
    expect(commandsIn(last).length + (last.match(/npm start/g)?.length ?? 0)).toBeGreaterThan(0);
  });
});

test("numbers in prose are found, names are not", () => {
  expect(looseNumbers("It takes 13.4 GB, 5% more in 2026.")).toEqual(["13.4", "5%"]);
  expect(looseNumbers("Q4_K_M with f16, {{n}} of `loadout fit x --users 4`, see [it](5-x.md)")).toEqual([]);
  expect(looseNumbers("# 3 Title\n1. one\n```sh\nloadout fit a --users 8\n```\n")).toEqual([]);
  expect(looseNumbers("`-c 8192` is not a command of ours")).toEqual(["8192"]);
});

test("a part that nobody says, and a value that nobody uses, are faults", () => {
  expect(fill("x", "a {{b}}", { b: "$& c" })).toBe("a $& c");
  expect(() => fill("x", "a {{b}}", {})).toThrow("nothing says {{b}}");
  expect(() => fill("x", "a", { b: "c" })).toThrow("said but not used: b");
  expect(() => fill("x", "a {{b c", {})).toThrow("not closed");
});

test("a command that is not one is told from one that is", async () => {
  expect(await refusal("loadout fit qwen3-8b --gpu rtx-3090")).toBeUndefined();
  expect(await refusal("loadout tune x")).toContain("no command tune");
  expect(await refusal("loadout fit x --nonsense")).toContain("nonsense");
});

test("as pages of the site: every link leads to a page or to a picture of the plots", () => {
  const pages = guidePages();
  const paths = new Set(pages.map(({ path }) => path));
  expect(paths).toContain("guide/index.html");
  for (const { path, html } of pages) {
    expect(html).toMatch(/^<!doctype html>/);
    expect(html.match(/<h1/g)).toHaveLength(1);
    expect(html).not.toMatch(/\{\{|\.md"/);
    for (const [, to = ""] of html.matchAll(/(?:href|src)="([^"]+)"/g)) {
      const target = new URL(to, `http://site/${path}`).pathname.slice(1);
      if (target.startsWith("blog/")) readFileSync(join(import.meta.dirname, "../../site/public", target));
      // beside the guide stands the page itself
      else expect(["index.html", ...paths], `${path} -> ${to}`).toContain(target);
    }
  }
});
