import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { badLinks } from "./links.ts";

let folder = "";
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function site(files: Readonly<Record<string, string>>): string[] {
  folder = mkdtempSync(join(tmpdir(), "loadout-site-"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return badLinks(folder);
}

it("lets links pass that lead somewhere, wherever the site lies", () => {
  expect(
    site({
      "index.html": `<a href="guide/">g</a> <a href='guide/a.html#two'>2</a> <script src="./assets/a-1.js"></script>
        <link rel="icon" href="data:,"><a href="?model=x#top">state</a><p id="top"> <!-- <a href="gone.html"> -->`,
      "guide/index.html": `<a href="a.html">a</a> <a href="https://example.org/x">elsewhere</a> <a href="#here">x</a> <p id=here>`,
      "guide/a.html": `<img src="../blog/x.svg"><h2 id="two">Two</h2><a href="..">page</a>`,
      "blog/x.svg": `<svg><a href="../guide/a.html"/></svg>`,
      "assets/a-1.js": `link("guide/index.html"); fetch("api/rig")`,
      "assets/a.css": `a { background: url("../blog/x.svg"); }`,
    }),
  ).toEqual([]);
});

it("finds those that do not", () => {
  expect(
    site({
      "index.html": `<a href="guide/none.html">x</a> <a href=/guide/a.html>y</a> <a href="../secret.html">z</a>
        <script src="https://cdn.example/x.js"></script><link rel="stylesheet" href="//cdn.example/x.css">`,
      "guide/a.html": `<a href="#gone">x</a> <a href="../index.html#gone">y</a>`,
      "assets/a-1.js": `link("guide/gone.html")`,
    }),
  ).toEqual([
    "assets/a-1.js: guide/gone.html does not exist",
    "guide/a.html: #gone names no place in that page",
    "guide/a.html: ../index.html#gone names no place in that page",
    "index.html: guide/none.html does not exist",
    "index.html: /guide/a.html counts from the root: the site may lie below it",
    "index.html: ../secret.html does not exist",
    "index.html: https://cdn.example/x.js is loaded from another server",
    "index.html: //cdn.example/x.css is loaded from another server",
  ]);
});
