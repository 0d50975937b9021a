import type { ANSWER_VERSION } from "./fit-numbers.ts";
import type { TermResidual } from "./run-answer.ts";
import type { ServePlanAnswer } from "./serve-plan-answer.ts";

/** What `loadout serve` serves; `GET /v1/loadout` answers it too, as it is at that moment. */
export interface ServeAnswer {
  readonly schema: typeof ANSWER_VERSION;
  readonly kind: "serve";
  /** address for clients; they add their dialect's path */
  readonly url: string;
  readonly models: readonly ServedFacts[];
  /** requests by lane, now */
  readonly lanes: Readonly<Record<"interactive" | "batch", { readonly waiting: number; readonly working: number }>>;
  /** other runs of Loadout that serve on this machine */
  readonly others: readonly { readonly pid: number; readonly url: string; readonly models: readonly string[] }[];
  readonly next: readonly string[];
}

export interface ServedFacts {
  readonly name: string;
  readonly engine: string;
  readonly because: string;
  readonly state: "loaded" | "loading" | "on-demand";
  /** absent where an address is only driven: its settings are not ours */
  readonly plan?: ServePlanAnswer;
  /** predicted beside what the engine's log said, once it is loaded */
  readonly memory?: readonly TermResidual[];
  /** where the two are kept side by side: `loadout receipts ID` */
  readonly receipt?: number;
}

/** `loadout serve --dry-run` of several models; nothing is planned for an address. */
export interface ServePlansAnswer {
  readonly schema: typeof ANSWER_VERSION;
  readonly kind: "serve-plans";
  readonly plans: readonly ServePlanAnswer[];
  readonly next: readonly string[];
}

/** `loadout serve --runs`: what Loadout serves on this machine. */
export interface RunsAnswer {
  readonly schema: typeof ANSWER_VERSION;
  readonly kind: "runs";
  readonly runs: readonly {
    readonly pid: number;
    readonly startedAt: string;
    readonly url: string;
    readonly models: readonly string[];
    /** bytes by place, as predicted */
    readonly takes: Readonly<Record<string, number>>;
  }[];
  readonly next: readonly string[];
}
