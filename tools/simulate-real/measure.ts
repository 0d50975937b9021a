import { cpus } from "node:os";
import type { RequestRecord } from "../../src/predict/serving/index.ts";
import { learnManners, type LoadTarget, type Manners, measurePoint } from "../../src/run/bench/load/index.ts";
import type { Asked, MeasuredRun } from "./run.ts";

/** Nothing of a prompt may be known from before, and every answer is as long as it was asked. */
const BODY = { cache_prompt: false };
const EXTRAS = { ignore_eos: true, stream_options: { include_usage: true } };

export function mannersOf(target: LoadTarget, signal: AbortSignal): Promise<Manners> {
  return learnManners(target, { extras: EXTRAS }, signal);
}

/** Asks a real engine, as `loadout bench` does. */
export async function measure(
  asked: Asked,
  target: LoadTarget,
  manners: Manners,
  signal: AbortSignal,
): Promise<MeasuredRun> {
  const before = idleMs();
  const began = performance.now();
  const { users, thinkMs, prompt, output, requests, durationMs, spreadMs, seed } = asked;
  const { point, stopped } = await measurePoint(
    {
      load: { kind: "users", users, thinkMs },
      prompt,
      output,
      seed,
      ...(requests === undefined ? {} : { requests }),
      ...(durationMs === undefined ? {} : { durationMs }),
    },
    { target, manners, keep: false, body: BODY, aloneMs: spreadMs, sideProbe: false, signal },
  );
  if (stopped) throw new Error("stopped");
  const lasted = performance.now() - began;
  const records = point.requests.map((request): RequestRecord => ({
    ...request,
    tokenMs: Float64Array.from(request.tokenMs),
  }));
  const failed = records.find(({ outcome }) => outcome !== "ok");
  // who left when the time was over is no failure of a probe
  if (failed !== undefined && requests !== undefined) throw new Error(`a request ${failed.outcome}: ${failed.error}`);
  return { asked, records, idleShare: (idleMs() - before) / (lasted * cpus().length) };
}

/** Of two cores, an engine of one thread leaves almost one idle; where it is less, other programs were there. */
export const QUIET = 0.3;
const TRIES = 3;

/** Measured again where other programs took the machine, while there is time; the quietest counts, whatever it says. */
export async function measureQuietly(once: () => Promise<MeasuredRun>, hasTime: () => boolean): Promise<MeasuredRun> {
  let best = await once();
  for (let tries = 1; tries < TRIES && (best.idleShare ?? 1) < QUIET && hasTime(); tries++) {
    const again = await once();
    if ((again.idleShare ?? 0) > (best.idleShare ?? 0)) best = again;
  }
  return best;
}

function idleMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.idle, 0);
}
