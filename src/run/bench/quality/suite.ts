import { readFile } from "node:fs/promises";
import type { QualityProbe } from "../../../plan/answer/index.ts";
import { packageFile } from "../../home/index.ts";
import type { Check } from "./checks.ts";
import { reasoningTasks } from "./reasoning.ts";

/** A text whose tokens are scored. */
export interface Passage {
  readonly id: string;
  readonly kind: string;
  readonly language: string;
  readonly text: string;
}

export type Probe = QualityProbe;
export const PROBES: readonly Probe[] = ["format", "multilingual", "reasoning"];

/** A question whose answer code can check; nothing forces the model into a grammar. */
export interface Task {
  readonly id: string;
  readonly kind: Probe;
  readonly language?: string;
  readonly prompt: string;
  readonly maxTokens: number;
  readonly check: Check;
}

/** What quality is measured on. Figures of another version are never compared. */
export interface Suite {
  readonly version: string;
  readonly passages: readonly Passage[];
  readonly tasks: readonly Task[];
}

const REASONING_TASKS = 20;
const SEED = 2026;

/** The texts and tasks that come with the package, and the reasoning tasks, which are made here. */
export async function readSuite(): Promise<Suite> {
  const text: { version: number; passages: Passage[] } = JSON.parse(
    await readFile(packageFile("data/quality/text.json"), "utf8"),
  );
  const { version, tasks }: { version: number; tasks: Task[] } = JSON.parse(
    await readFile(packageFile("data/quality/tasks.json"), "utf8"),
  );
  return {
    version: `text ${text.version}, tasks ${version}`,
    passages: text.passages,
    tasks: [...tasks, ...reasoningTasks(REASONING_TASKS, SEED)],
  };
}
