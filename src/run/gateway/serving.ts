import type { LaneName, LaneSettings } from "../../predict/serving/index.ts";
import type { RunningServer } from "../engine/index.ts";

/** A model the gateway can answer for now: an engine and how its lanes share it. */
export interface Serving {
  readonly server: RunningServer;
  readonly lanes: LaneSettings;
}

/** Which engine answers for a name. Loading on demand, unloading and memory live behind this. */
export interface Models {
  /** names for `/v1/models`, with what is known of each */
  list(): readonly ListedModel[];
  /**
   * The engine for a name ("" is the default), loaded if need be, and for a lane where each has its own; while a request holds it, it is not unloaded: call
   * `release` when done. Throws `model-not-served`, or what loading threw.
   */
  acquire(
    name: string,
    signal: AbortSignal,
    lane?: LaneName,
  ): Promise<{ readonly serving: Serving; readonly release: () => void }>;
}

export interface ListedModel {
  readonly name: string;
  readonly state: "loaded" | "loading" | "on-demand";
  readonly contextTokens?: number;
  readonly embeddings?: boolean;
  readonly images?: boolean;
}
