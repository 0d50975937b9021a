import { signal } from "@preact/signals";
import type { LiveEvents } from "../../../src/plan/answer/index.ts";
import { connected, heard, type LiveState, NOTHING_YET } from "./state.ts";

/** After the browser has given a stream up by itself. */
const AGAIN_MS = 5000;
const NAMES = ["run", "lanes", "gone", "ready", "receipts"] as const satisfies readonly (keyof LiveEvents)[];

export const live = signal<LiveState>(NOTHING_YET);

/** Watches the server's events until the answer is called. A browser connects again by itself, and is told everything anew. */
export function watch(): () => void {
  let source: EventSource | undefined;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const open = (): void => {
    source = new EventSource("api/events");
    source.addEventListener("open", () => (live.value = connected(live.value)));
    source.addEventListener("error", () => {
      live.value = { ...live.value, connection: "lost" };
      if (source?.readyState === EventSource.CLOSED) waiting = setTimeout(open, AGAIN_MS);
    });
    for (const name of NAMES) {
      source.addEventListener(name, ({ data }: MessageEvent<string>) => {
        live.value = heard(live.value, { name, data: JSON.parse(data) });
      });
    }
  };
  open();
  return () => {
    clearTimeout(waiting);
    source?.close();
  };
}
