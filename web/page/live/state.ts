import type { LiveEvents, LiveRun } from "../../../src/plan/answer/index.ts";

export type Lanes = LiveEvents["lanes"]["lanes"];

/** A run as it was told last. */
export interface ShownRun {
  readonly run: LiveRun;
  readonly lanes?: Lanes;
}

/** What is known of this machine's runs. */
export interface LiveState {
  /** "asking": nothing was heard yet; "lost": the server does not answer, and is asked again */
  readonly connection: "asking" | "open" | "lost";
  readonly runs: readonly ShownRun[];
  /** told since the connection was opened: what is not among them at its `ready` ended meanwhile */
  readonly told: readonly number[];
  /** grows when receipts changed */
  readonly receiptsChanged: number;
}

export const NOTHING_YET: LiveState = { connection: "asking", runs: [], told: [], receiptsChanged: 0 };

/** The state after a connection began. What is shown stays until something else is told. */
export function connected(state: LiveState): LiveState {
  return { ...state, told: [] };
}

/** An event as it was read. */
export type LiveEvent = { [Name in keyof LiveEvents]: { name: Name; data: LiveEvents[Name] } }[keyof LiveEvents];

/** The state after an event. */
export function heard(state: LiveState, event: LiveEvent): LiveState {
  switch (event.name) {
    case "run": {
      const { pid } = event.data;
      return { ...withRun(state, pid, { run: event.data }), told: [...state.told, pid] };
    }
    case "lanes":
      return withRun(state, event.data.pid, { lanes: event.data.lanes });
    case "gone": {
      const { pid } = event.data;
      return { ...state, runs: state.runs.filter(({ run }) => run.pid !== pid) };
    }
    case "ready":
      return { ...state, connection: "open", runs: state.runs.filter(({ run }) => state.told.includes(run.pid)) };
    default:
      return { ...state, receiptsChanged: state.receiptsChanged + 1 };
  }
}

/** A run keeps its place; a new one comes last. Lanes of a run that nothing is known of are nobody's. */
function withRun(state: LiveState, pid: number, part: Partial<ShownRun>): LiveState {
  const known = state.runs.some(({ run }) => run.pid === pid);
  if (known) {
    const runs = state.runs.map((shown) => (shown.run.pid === pid ? { ...shown, ...part } : shown));
    return { ...state, runs };
  }
  const { run } = part;
  return run === undefined ? state : { ...state, runs: [...state.runs, { run }] };
}
