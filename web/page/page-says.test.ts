// The built page in a real browser: that it says the same as the command line, and to everybody.
import { describe } from "vitest";
import { reads } from "../in-browser/reads.ts";
import { sameNumbers } from "../in-browser/same-numbers.ts";
import { inBrowser } from "../in-browser/suite.ts";

inBrowser("the page", (site) => {
  describe("numbers", () => sameNumbers(site));
  describe("reads well", () => reads(site));
});
