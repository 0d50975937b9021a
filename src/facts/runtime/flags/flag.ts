/** What a flag takes: nothing, one of a list of words, a number, or any text. */
export type FlagValue = "nothing" | "number" | "text" | "two texts" | readonly string[];

/** One option of a program's command line. */
export interface Flag {
  /** every spelling, the short ones first: ["-c", "--ctx-size"] */
  readonly names: readonly string[];
  readonly value: FlagValue;
  /** the program still knows the name, only to say that it is gone */
  readonly removed?: boolean;
}

/** The flags of a program at one build. */
export interface FlagTable {
  /** "b11434" */
  readonly build: string;
  readonly number: number;
  readonly flags: readonly Flag[];
  readonly source: string;
}
