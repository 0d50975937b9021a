import type { LaneName } from "../../predict/serving/index.ts";
import type { LiveLane } from "../../plan/answer/index.ts";

/** A lane as the metrics of a gateway count it. */
export interface CountedLane extends Omit<LiveLane, "tokensPerSec"> {
  /** events of streams so far, about a token each, those of answers that go on among them */
  readonly streamEvents: number;
}

export type CountedLanes = Readonly<Record<LaneName, CountedLane>>;

/** Reads what {@link https://prometheus.io/docs/instrumenting/exposition_formats/} says of lanes; undefined: nothing of ours. */
export function lanesIn(text: string): CountedLanes | undefined {
  const samples = samplesIn(text);
  if (!samples.has('loadout_queue_depth{lane="interactive"}')) return undefined;
  const lane = (name: LaneName): CountedLane => {
    const at = (metric: string, more = "") => samples.get(`${metric}{lane="${name}"${more}}`) ?? 0;
    const ended = (outcome: string) => at("loadout_requests_total", `,outcome="${outcome}"`);
    const answers = at("loadout_ttft_seconds_count");
    return {
      waiting: at("loadout_queue_depth"),
      working: at("loadout_in_flight"),
      answered: ended("answered"),
      refused: ended("refused"),
      failed: ended("failed"),
      promptTokens: at("loadout_prompt_tokens_total"),
      cachedTokens: at("loadout_cached_tokens_total"),
      completionTokens: at("loadout_completion_tokens_total"),
      streamEvents: at("loadout_stream_events_total"),
      ...(answers > 0 ? { ttftMs: (at("loadout_ttft_seconds_sum") / answers) * 1000 } : {}),
    };
  };
  return { interactive: lane("interactive"), batch: lane("batch") };
}

function samplesIn(text: string): ReadonlyMap<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.split("\n")) {
    if (line.startsWith("#")) continue;
    const space = line.lastIndexOf(" ");
    const value = Number(line.slice(space + 1));
    if (space > 0 && Number.isFinite(value)) samples.set(line.slice(0, space), value);
  }
  return samples;
}
