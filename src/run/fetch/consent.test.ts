import { describe, expect, it } from "vitest";
import { DEFAULT_MODEL_BYTES, obtainConsent, type Consent, type DownloadQuestion } from "./consent.ts";

const licence = { name: "MIT", url: "https://example.org", restricted: false };
const small: DownloadQuestion = { what: "Tiny", bytes: 92_000_000, from: "PyPI", licence };

/** What happened: told, asked, refused with a code, in order. */
async function outcome(question: DownloadQuestion, isDefault: boolean, consent: Partial<Consent>): Promise<string[]> {
  const events: string[] = [];
  const full = { yes: false, freeBytes: DEFAULT_MODEL_BYTES, tell: () => void events.push("told"), ...consent };
  const { ask } = consent;
  const asking = ask && { ask: (asked: DownloadQuestion) => (events.push("asked"), ask(asked)) };
  try {
    await obtainConsent(question, isDefault, { ...full, ...asking });
    events.push("allowed");
  } catch (error) {
    events.push(error instanceof Error && "code" in error ? String(error.code) : "?");
  }
  return events;
}

const yes = () => Promise.resolve(true);
const no = () => Promise.resolve(false);

describe("a download", () => {
  it("of the small default goes ahead, after it was told", async () => {
    expect(await outcome(small, true, {})).toEqual(["told", "allowed"]);
  });

  it.each([
    ["is not the default", small, false],
    ["is larger than allowed", { ...small, bytes: 100_000_001 }, true],
    ["has terms to accept", { ...small, licence: { ...licence, restricted: true } }, true],
  ])("that %s needs a yes", async (_, question, isDefault) => {
    expect(await outcome(question, isDefault, {})).toEqual(["consent-needed"]);
    expect(await outcome(question, isDefault, { yes: true })).toEqual(["told", "allowed"]);
    expect(await outcome(question, isDefault, { ask: yes })).toEqual(["asked", "allowed"]);
    expect(await outcome(question, isDefault, { ask: no })).toEqual(["asked", "declined"]);
  });

  it("always asks where nothing is free", async () => {
    expect(await outcome(small, true, { freeBytes: 0 })).toEqual(["consent-needed"]);
  });
});
