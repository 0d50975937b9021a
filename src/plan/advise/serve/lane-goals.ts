import type { LaneName } from "../../../predict/serving/index.ts";
import type { Goal } from "../../fit/index.ts";

/** What a goal says of lanes. */
export interface LaneGoal {
  readonly agingMs: number;
  readonly patienceMs: Readonly<Record<LaneName, number>>;
  readonly because: { readonly aging: string; readonly chats: string; readonly batch: string };
}

/** Three times what attention lasts: who waits longer has left, and is better told so. */
const CHAT_PATIENCE_MS = 30_000;
/** A job's client usually gives up after ten minutes to an hour; durable jobs ask again. */
const BATCH_PATIENCE_MS = 1_800_000;

const words = (aging: string): LaneGoal["because"] => ({
  aging,
  chats: "who waits longer has left: better refused with a time to come back",
  batch: "half an hour: shorter than clients of jobs wait, and what is refused can be asked again",
});

const patienceMs = { interactive: CHAT_PATIENCE_MS, batch: BATCH_PATIENCE_MS };

export const LANE_GOALS: Readonly<Record<Goal, LaneGoal>> = {
  interactive: {
    agingMs: 120_000,
    patienceMs,
    because: words("chats are what the machine is for: batch moves on once in two minutes while they never stop"),
  },
  mixed: {
    agingMs: 30_000,
    patienceMs,
    because: words(
      "while chats never stop, batch moves on twice a minute: it costs them little and jobs do not stand still",
    ),
  },
  batch: {
    agingMs: 5_000,
    patienceMs,
    because: words("jobs are what the machine is for: chats hold them up for seconds"),
  },
  finetune: { agingMs: 120_000, patienceMs, because: words("as for chats: the tuned model is tried by hand") },
};
