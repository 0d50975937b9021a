import { type Choice, choose, type FitRequest, good, weighForWord } from "../../fit/index.ts";
import { machineFor, type SimulatedEngine, type SimulatedMachine } from "../simulate/index.ts";

/** Settings that there is memory for, as an engine runs them. */
export interface ServerSetting extends SimulatedMachine {
  readonly slots: number;
  readonly stepTokens: number;
  readonly choice: Choice;
}

const STEPS = { llama: [64, 128, 512, 2048], vllm: [512, 2048, 8192] } as const;

/** Sequences that are tried up to so many: doubling, and the number itself. */
export function doublings(most: number): number[] {
  const list: number[] = [];
  for (let value = 1; value < most; value *= 2) list.push(value);
  return [...list, most];
}

/** All combinations that fit; none where no pace is claimed. `steps`: sizes that are tried, absent: the engine's usual ones. */
export function serverSettings(
  request: FitRequest,
  engine: SimulatedEngine,
  mostSlots: number,
  steps: readonly number[] = STEPS[engine === "vllm" ? "vllm" : "llama"],
): ServerSetting[] {
  const settings: ServerSetting[] = [];
  for (const slots of doublings(mostSlots)) {
    const choice = choose({ ...request, wishes: { ...request.wishes, users: slots } }, weighForWord);
    if (engine !== "vllm" && !good(choice.now.verdict)) break;
    const stepOf = (tokens: number) => ({ ...choice.settings, batch: tokens, microBatch: tokens });
    const verdictOf = (tokens: number) => weighForWord(request, stepOf(tokens)).now.verdict;
    // where the largest leaves room to spare, no smaller one lacks any
    const all = engine === "vllm" || verdictOf(Math.max(...steps)) === "fits";
    for (const stepTokens of steps) {
      const fits = all || good(verdictOf(stepTokens));
      const machine = fits ? machineFor(request, { ...choice, settings: stepOf(stepTokens) }, engine) : undefined;
      if (machine === undefined) continue;
      settings.push({ ...machine, engine: limited(machine.engine, slots, stepTokens), slots, stepTokens, choice });
    }
  }
  return settings;
}

function limited(engine: SimulatedMachine["engine"], slots: number, stepTokens: number): SimulatedMachine["engine"] {
  return engine.kind === "vllm" ? { ...engine, sequences: slots, batchTokens: stepTokens } : engine;
}
