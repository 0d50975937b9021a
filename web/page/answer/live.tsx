import { Later } from "../parts/later.tsx";
import { served } from "../state/server.ts";

/** What runs on this machine, where `loadout web` serves the page. */
export function LiveSection() {
  return (
    <Later when={() => served.value.kind === "served"} load={async () => (await import("../live/index.tsx")).Live} />
  );
}
