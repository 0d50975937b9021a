/** How long the page has been calm, ms. */
const CALM_MS = 1000;

/**
 * Fetches every built file that was not wanted so far, one after the other, so that the page answers on when the network is gone:
 * a browser keeps them, since their names change with what is in them.
 */
export function keepEverything(): void {
  window.setTimeout(() => void keep(), CALM_MS);
}

async function keep(): Promise<void> {
  try {
    const response = await fetch("assets/all.json");
    const names: readonly string[] = response.ok ? await response.json() : [];
    for (const name of names) await (await fetch(`assets/${name}`, { priority: "low" })).blob();
  } catch {
    // whatever is missing is fetched when it is wanted
  }
}
