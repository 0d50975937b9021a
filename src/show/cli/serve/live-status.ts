import type { Clock, Gateway, LaneCounts } from "../../../run/gateway/index.ts";
import type { CliContext } from "../context.ts";
import type { Progress } from "../text/progress.ts";

const LOOK_MS = 500;

/**
 * What lanes do now, told when it changes: to whoever listens at `/v1/loadout/events`, and in one line where a person watches.
 * Answers with a function that ends it.
 */
export function showLanes(context: CliContext, gateway: Gateway, progress: Progress, clock: Clock): () => void {
  const watched = context.process.stderr.isTTY;
  let shown = lanesLine(gateway.counts());
  let end: () => void = () => {};
  const look = (): void => {
    const counts = gateway.counts();
    const line = lanesLine(counts);
    if (line !== shown) {
      gateway.announce("lanes", counts);
      if (watched && line !== "") progress.update(line);
      else if (watched) progress.done();
    }
    shown = line;
    end = clock.after(LOOK_MS, look);
  };
  look();
  return () => {
    end();
    if (watched) progress.done();
  };
}

/** "chats 1 working, 2 waiting; batch 3 working"; nothing where nobody asks. */
export function lanesLine({ interactive, batch }: LaneCounts): string {
  const lane = (name: string, { working, waiting }: LaneCounts["batch"]): string[] => {
    const parts = [...(working > 0 ? [`${working} working`] : []), ...(waiting > 0 ? [`${waiting} waiting`] : [])];
    return parts.length === 0 ? [] : [`${name} ${parts.join(", ")}`];
  };
  return [...lane("chats", interactive), ...lane("batch", batch)].join("; ");
}
