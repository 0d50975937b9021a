/** What was measured of steps of a slider, ms each. */
export interface Steps {
  /** until the numbers that change stand in the page */
  readonly numbers: number[];
  /** until the frame with them was painted */
  readonly painted: number[];
  /** until nothing in sight waits for an answer */
  readonly rest: number[];
  /** sum of the scores of layout shifts in which something moved up or down */
  readonly shifted: number;
}

/** A script that moves a slider to seeded places and waits each time for numbers, paint and everything else. */
export function steps(id: string, count: number): string {
  return `(async () => {
  const slider = document.getElementById("${id}");
  const main = document.querySelector("main");
  const verdict = document.getElementById("verdict");
  let shifted = 0;
  const observer = new PerformanceObserver((list) => list.getEntries().forEach(({ value, sources }) => {
    // a bar that grows is the answer, and moves nothing beside it
    if (sources.some(({ previousRect, currentRect }) => Math.abs(previousRect.y - currentRect.y) > 0.5)) shifted += value;
  }));
  observer.observe({ type: "layout-shift" });
  const busy = (of) => [...of.querySelectorAll("[aria-busy=true]")].some((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  });
  const until = (done) => new Promise((resolve) => {
    const timer = setTimeout(end, 3000);
    const mutations = new MutationObserver(() => { if (done()) end(); });
    function end() { clearTimeout(timer); mutations.disconnect(); resolve(performance.now()); }
    mutations.observe(main, { attributes: true, subtree: true, childList: true, characterData: true });
    if (done()) end();
  });
  const painted = () => new Promise((resolve) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => resolve(performance.now());
    channel.port2.postMessage(0);
  }));
  const found = { numbers: [], painted: [], rest: [], shifted: 0 };
  let seed = 1;
  for (let step = 0; step < ${count}; step += 1) {
    seed = (seed * 16807) % 2147483647;
    const places = Number(slider.max) + 1;
    const to = seed % places;
    slider.value = String(to === Number(slider.value) ? (to + 1) % places : to);
    const began = performance.now();
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    // first it says that it waits, then it does not
    let waited = false;
    found.numbers.push((await until(() => {
      const waits = verdict.getAttribute("aria-busy") === "true";
      waited ||= waits;
      return waited && !waits;
    })) - began);
    found.painted.push((await painted()) - began);
    found.rest.push((await until(() => !busy(main))) - began);
  }
  observer.disconnect();
  return { ...found, shifted };
})()`;
}

/** Notes when a worker has opened a file, and when the page last changed. */
export const LISTEN = `(() => {
  const Real = Worker;
  globalThis.lastOpened = globalThis.lastShown = 0;
  globalThis.Worker = class extends Real {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => { if (data.opened) lastOpened = performance.now(); });
    }
  };
  new MutationObserver((changes) => {
    if (changes.some(({ target }) => (target.parentElement ?? target).closest?.("[data-testid=model-facts]"))) lastShown = performance.now();
  }).observe(document, { subtree: true, childList: true, characterData: true });
})()`;

/** Notes when the first answer stands in the page: by then its controls do too. */
export const FIRST_ANSWER = `(() => {
  globalThis.firstAnswer = NaN;
  const observer = new MutationObserver(() => {
    if (!document.querySelector("#verdict h2")) return;
    observer.disconnect();
    globalThis.firstAnswer = performance.now();
  });
  observer.observe(document, { subtree: true, childList: true });
})()`;
