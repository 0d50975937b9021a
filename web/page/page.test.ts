// The built page in a real browser, on a server of files and nothing else.
import { afterAll, afterEach, beforeAll, describe, expect } from "vitest";
import { browserHere } from "../../src/run/gateway/testing/browser.ts";
import { copies } from "../in-browser/copies.ts";
import { drops } from "../in-browser/drops.ts";
import { keys } from "../in-browser/keys.ts";
import { loads } from "../in-browser/loads.ts";
import { offline } from "../in-browser/offline.ts";
import { reads } from "../in-browser/reads.ts";
import { openSite, type Site } from "../in-browser/site.ts";
import { sliders } from "../in-browser/sliders.ts";

const path = browserHere();
const required = process.env["LOADOUT_REQUIRE_BROWSER"] === "1";

describe.skipIf(path === undefined && !required)(`the page (${path ?? "no Chrome or Chromium here"})`, () => {
  let opened: Site;
  const site = () => opened;

  beforeAll(async () => {
    opened = await openSite(path!);
  }, 60_000);
  afterAll(() => opened.close());
  afterEach(async () => {
    await Promise.all(opened.context.pages().map((page) => page.close()));
    expect(opened.faults.splice(0)).toEqual([]);
  });

  describe("loads", () => loads(site));
  describe("sliders", () => sliders(site));
  describe("takes along", () => copies(site));
  describe("files", () => drops(site));
  describe("keyboard", () => keys(site));
  describe("offline", () => offline(site));
  describe("reads well", () => reads(site));
});
