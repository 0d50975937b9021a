import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { formatDuration, formatFileBytes, formatPace } from "../../src/facts/units/index.ts";
import { type FitAnswer, fitSentence, marginWords } from "../../src/plan/answer/index.ts";
import type { Flags } from "../../src/plan/ask/flags/index.ts";
import { reportMarkdown } from "../../src/show/report/index.ts";
import { openAsker } from "../../tools/guide/ask.ts";
import { differences } from "./differences.ts";
import { seededQuestions, typedQuestion } from "./questions.ts";
import type { Site } from "./site.ts";

const QUESTIONS = 200;
/** A report asks several questions more: one of so many questions has one made. */
const REPORT_EVERY = 16;

/** Listens to the page's workers: the last answer of each kind, with the question it belongs to. */
const LISTEN = `(() => {
  const Real = Worker;
  globalThis.heard = new Map();
  globalThis.Worker = class extends Real {
    #asked = new Map();
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => {
        const { kind, flags } = this.#asked.get(data.id) ?? {};
        if (kind) heard.set(kind, { flags: JSON.stringify(flags), reply: data });
      });
    }
    postMessage(message, ...more) {
      this.#asked.set(message.id, message);
      super.postMessage(message, ...more);
    }
  };
})()`;

/** Asks as a followed address does, and waits until both answers are shown. */
const ASK = `async (query, flags) => {
  history.pushState(null, "", query);
  dispatchEvent(new PopStateEvent("popstate"));
  const mine = (kind) => heard.get(kind)?.flags === flags;
  const shown = () => {
    const verdict = document.getElementById("verdict");
    return verdict.classList.contains("problem-card") || verdict.getAttribute("aria-busy") === "false";
  };
  const began = performance.now();
  const turn = new MessageChannel();
  while (!(mine("numbers") && mine("fit") && shown())) {
    if (performance.now() - began > 10000) throw new Error("no answer to " + query + JSON.stringify([...heard]).slice(0, 400) + flags);
    await new Promise((resolve) => { turn.port1.onmessage = resolve; setTimeout(() => turn.port2.postMessage(0), 2); });
  }
  await new Promise((resolve) => setTimeout(resolve));
  const text = (of) => document.querySelector(of)?.textContent ?? "";
  const { reply: { json: fit, error } } = heard.get("fit");
  const { reply: { json: numbers } } = heard.get("numbers");
  return {
    fit, numbers, error,
    title: text("#verdict h2"), napkin: text("#verdict .napkin"), figures: text("#verdict .figures"), launch: text("[data-testid=the-launch-command]"),
  };
}`;

interface Seen {
  readonly fit?: string;
  readonly numbers?: string;
  readonly error?: { readonly code: string; readonly message: string; readonly hint: string };
  readonly title: string;
  readonly napkin: string;
  readonly figures: string;
  readonly launch: string;
}

/** In the order in which an address has them, as the page's worker is asked. */
async function ask(page: Page, flags: Flags, order: readonly string[]): Promise<Seen> {
  const sorted: Record<string, string | readonly string[]> = {};
  for (const name of order) {
    const value = flags[name];
    if (value !== undefined && value !== true)
      sorted[name] = MANY.has(name) ? [value].flat() : typeof value === "string" ? value : value[0]!;
  }
  const query = new URLSearchParams(
    Object.entries(sorted).flatMap(([name, value]) => [value].flat().map((each): [string, string] => [name, each])),
  );
  return page.evaluate<Seen>(
    `(${ASK})(${JSON.stringify(`?${String(query)}`)}, ${JSON.stringify(JSON.stringify(sorted))})`,
  );
}

const MANY = new Set(["gpu", "vram", "node", "link"]);

/** The same question asked of the command line, of the page and of the report. */
export function sameNumbers(site: () => Site): void {
  it(`${QUESTIONS} seeded questions: the page computes and shows what the command line and the report print`, async () => {
    const { FLAG_ORDER } = await import("../page/state/flags.ts");
    const asker = await openAsker();
    const page = await site().context.newPage();
    await page.addInitScript(LISTEN);
    await page.setViewportSize({ width: 1280, height: 500 });
    await page.goto(`${site().url}?model=qwen3-4b&vram=24GB`);
    await page.locator('#launch[aria-busy="false"]').waitFor();
    const verdicts = new Map<string, number>();
    try {
      for (const [at, flags] of seededQuestions(QUESTIONS).entries()) {
        const typed = typedQuestion("fit", flags);
        // both at once: the browser's worker computes beside this process
        const [here, there] = await Promise.all([ask(page, flags, FLAG_ORDER), asker.document(typed)]);
        if (isRefusal(there)) {
          const { code, message, hint } = there.error;
          expect(here.error, typed).toEqual({ code, message, hint });
          expect(here.title, typed).toBe(message);
          verdicts.set(code, (verdicts.get(code) ?? 0) + 1);
          continue;
        }
        const answer = await asker.answer("fit", typed);
        const fit: Record<string, unknown> = JSON.parse(here.fit!);
        expect(differences(fit, answer), typed).toEqual([]);
        // what a slider moves is part of it
        const numbers: Record<string, unknown> = JSON.parse(here.numbers!);
        const part = Object.fromEntries(Object.keys(numbers).map((key) => [key, fit[key]]));
        expect(differences(numbers, part), typed).toEqual([]);
        expect(
          shownOf(answer).filter(([place, text]) => !here[place].includes(text)),
          typed,
        ).toEqual([]);
        if (at % REPORT_EVERY === 0) expect(differences(await reported(asker, flags), answer), typed).toEqual([]);
        const word = answer.rejected ? "refused" : answer.verdict.now.verdict;
        verdicts.set(word, (verdicts.get(word) ?? 0) + 1);
      }
    } finally {
      await asker.close();
    }
    // questions of every outcome were among them
    for (const outcome of ["fits", "tight", "does not fit", "model-unknown"])
      expect([...verdicts.keys()]).toContain(outcome);
  }, 300_000);
}

/** What must stand on the page, by where. */
function shownOf(answer: FitAnswer): (readonly [place: "title" | "napkin" | "figures" | "launch", text: string])[] {
  const { rejected, verdict, speed, launch } = answer;
  const { decode, each, firstTokenMs } = speed;
  const second =
    each?.tokensPerSec === undefined
      ? firstTokenMs && formatDuration(firstTokenMs.value)
      : formatPace(each.tokensPerSec);
  return [
    ["title", rejected ? `refused ${rejected.reason}` : `${verdict.now.verdict} ${marginWords(verdict.now)}`],
    ["napkin", rejected ? rejected.because : fitSentence(answer)],
    ["figures", decode ? formatPace(decode.tokensPerSec) : "bandwidth not known"],
    ...(second === undefined ? [] : [["figures", second] as const]),
    ["figures", answer.mostUsers === undefined ? "none fits" : `most users${answer.mostUsers}`],
    ["launch", launch?.line ?? ""],
  ];
}

/** The same answer inside a report, whose text says the same. */
async function reported(asker: Awaited<ReturnType<typeof openAsker>>, flags: Flags): Promise<FitAnswer> {
  const report = await asker.answer("report", typedQuestion("report", flags));
  const { fit } = report.loadouts[0]!;
  const text = reportMarkdown(report);
  expect(text).toContain(formatFileBytes(fit.model.fileBytes));
  if (fit.speed.decode) expect(text).toContain(formatPace(fit.speed.decode.tokensPerSec));
  return fit;
}

function isRefusal(value: unknown): value is { readonly error: { code: string; message: string; hint: string } } {
  return typeof value === "object" && value !== null && "error" in value;
}
