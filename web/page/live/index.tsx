import { useEffect } from "preact/hooks";
import { Chat } from "./chat.tsx";
import { live, watch } from "./feed.ts";
import "./live.css";
import { Receipts } from "./receipts.tsx";
import { Run } from "./run.tsx";
import type { LiveState } from "./state.ts";

/** What runs on this machine, as `loadout web` sees it. Only for a page that it serves: a site of files has nobody to ask. */
export function Live() {
  useEffect(watch, []);
  const { connection, runs, receiptsChanged } = live.value;
  return (
    <section id="live" aria-labelledby="live-title" class="section live">
      <h2 id="live-title">Running here</h2>
      <p class="lead" role="status">
        {leadOf(live.value)}
      </p>
      <div class="live-runs" aria-busy={connection === "asking"}>
        {runs.map((shown) => (
          <Run key={shown.run.pid} shown={shown} />
        ))}
        {runs.length === 0 && connection !== "asking" ? (
          <p class="live-quiet">
            Start one with <code>loadout serve</code>; it shows here by itself.
          </p>
        ) : null}
      </div>
      {runs.length > 0 ? <Chat runs={runs} /> : null}
      <h3>Receipts</h3>
      <Receipts changed={receiptsChanged} />
    </section>
  );
}

/** Said aloud where it changes; figures that change every second are not. */
function leadOf({ connection, runs }: LiveState): string {
  if (connection === "asking") return "Looking for what Loadout serves on this machine.";
  if (connection === "lost") return "The page's server does not answer; it is asked again. What stands here is old.";
  if (runs.length === 0) return "Loadout serves nothing on this machine.";
  const models = runs.flatMap(({ run }) => run.models).join(", ");
  return `${runs.length === 1 ? "One run serves" : `${runs.length} runs serve`} ${models}.`;
}
