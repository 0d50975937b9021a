// The built page in a real browser, on a server of files and nothing else: what people do with it.
import { describe } from "vitest";
import { copies } from "../in-browser/copies.ts";
import { drops } from "../in-browser/drops.ts";
import { fields } from "../in-browser/fields.ts";
import { keys } from "../in-browser/keys.ts";
import { loads } from "../in-browser/loads.ts";
import { offline } from "../in-browser/offline.ts";
import { served } from "../in-browser/served.ts";
import { sliders } from "../in-browser/sliders.ts";
import { inBrowser } from "../in-browser/suite.ts";

inBrowser("the page", (site) => {
  describe("loads", () => loads(site));
  describe("sliders", () => sliders(site));
  describe("takes along", () => copies(site));
  describe("files", () => drops(site));
  describe("fields", () => fields(site));
  describe("keyboard", () => keys(site));
  describe("served", () => served(site));
  describe("offline", () => offline(site));
});
