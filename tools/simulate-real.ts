// How far the simulator lies from real engines: a llama-server and the embedded engine, a small model, one thread, this machine. Two
// short probes teach it what steps take; then 1 to 8 users x 3 lengths of prompts are measured, and simulated from what was asked alone.
// Usage: node tools/simulate-real.ts [--engine NAME] [--minutes 5.5] [--repeats 1] [--save FILE | --from FILE] [--model FILE.gguf] [--json]
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { printMachineCard } from "../bench/machine-card.ts";
import { benchModel } from "../bench/serve/model.ts";
import { type EngineName, ENGINES, settingsOf, startEngine } from "./simulate-real/engines.ts";
import { mannersOf, measure, measureQuietly } from "./simulate-real/measure.ts";
import { pointsWithin, PROBES } from "./simulate-real/plan.ts";
import type { Asked } from "./simulate-real/run.ts";
import { engineLines } from "./simulate-real/print.ts";
import { predictedTimes } from "./simulate-real/predicted.ts";
import { measuredRun, savedRun, type SavedRun } from "./simulate-real/saved.ts";
import { type EngineRuns, learnedFrom, metricScores, type Repeat, score } from "./simulate-real/score.ts";

const { values } = parseArgs({
  options: {
    engine: { type: "string", multiple: true },
    minutes: { type: "string", default: "5.5" },
    repeats: { type: "string", default: "1" },
    save: { type: "string" },
    from: { type: "string" },
    model: { type: "string" },
    json: { type: "boolean" },
  },
});
const MINUTE_MS = 60_000;
/** what a point may take more than it should before all is given up */
const PATIENCE = 3;
/** of the time, in which what other programs disturbed is measured again */
const RETAKE = 1.3;

const names = ENGINES.filter((name) => values.engine === undefined || values.engine.includes(name));
if (names.length === 0) throw new Error(`--engine takes ${ENGINES.join(" or ")}`);
// kept runs may be another machine's: only who names the model says that the speed model is to be asked for this one
const model = values.from === undefined ? await benchModel(values.model) : values.model;
if (!values.json && values.from === undefined) printMachineCard();
if (values.save !== undefined) writeFileSync(values.save, "");
const saved = values.from === undefined ? undefined : savedLines(values.from);
const results = [];
for (const name of names) {
  const found = saved === undefined ? await measuredRuns(name, model ?? "") : savedRuns(name, saved);
  if (found === undefined) continue;
  const predicted = model === undefined ? undefined : await predictedTimes(model, found.engine);
  const runs = { ...found, ...(predicted ? { predicted } : {}) };
  const result = score(runs);
  const [calibrated, uncalibrated] = (["calibrated", "uncalibrated"] as const).map((of) =>
    metricScores(result.points, of),
  );
  results.push({ ...result, calibrated, uncalibrated });
  if (!values.json) console.log(`${engineLines(result).join("\n")}\n`);
  if (calibrated?.some(({ holds }) => !holds)) process.exitCode = 1;
}
if (values.json) console.log(JSON.stringify(results, null, 2));

async function measuredRuns(name: EngineName, modelPath: string): Promise<EngineRuns> {
  const engine = settingsOf(name);
  const over = new AbortController();
  const stop = () => over.abort();
  process.once("SIGINT", stop);
  const started = await startEngine(name, modelPath, over.signal);
  try {
    const { about, target } = started;
    const manners = await mannersOf(target, over.signal);
    const templateTokens = manners.prompts.overheadTokens;
    const keep = (repeat: number, what: "probe" | "point", run: Parameters<typeof savedRun>[0]) => {
      const facts = { engine: name, about, settings: engine, templateTokens, repeat, what };
      if (values.save !== undefined) appendFileSync(values.save, `${JSON.stringify(savedRun(run, facts))}\n`);
    };
    const repeats: Repeat[] = [];
    for (let repeat = 0; repeat < Number(values.repeats); repeat++) {
      const began = performance.now();
      const budgetMs = Number(values.minutes) * MINUTE_MS;
      const tell = (text: string) =>
        process.stderr.write(`${name}: ${text}, ${((performance.now() - began) / 1000).toFixed(0)} s\n`);
      const probes = [];
      const hasTime = () => performance.now() - began < RETAKE * budgetMs;
      const taken = (asked: Asked) => measureQuietly(() => measure(asked, target, manners, over.signal), hasTime);
      for (const asked of PROBES) probes.push(await taken(asked));
      for (const run of probes) keep(repeat, "probe", run);
      const { times, requestMs } = learnedFrom(probes, engine);
      const leftMs = budgetMs - (performance.now() - began);
      // the same points in each repeat
      const plan =
        repeats[0]?.points.map(({ asked }) => asked) ??
        pointsWithin(leftMs, { engine, times, requestMs, templateTokens });
      const points = [];
      for (const asked of plan) {
        if (performance.now() - began > PATIENCE * budgetMs) throw new Error("the machine is too busy for this");
        points.push(await taken(asked));
        keep(repeat, "point", points.at(-1)!);
        tell(`${points.length} of ${plan.length} points`);
      }
      repeats.push({ probes, points });
    }
    return { engine, name, about, templateTokens, repeats };
  } finally {
    process.off("SIGINT", stop);
    await started.stop();
  }
}

function savedLines(path: string): readonly SavedRun[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line): SavedRun => JSON.parse(line));
}

function savedRuns(name: string, lines: readonly SavedRun[]): EngineRuns | undefined {
  const own = lines.filter(({ engine }) => engine === name);
  const [first] = own;
  if (first === undefined) return undefined;
  const { settings: engine, about, templateTokens } = first;
  const count = 1 + Math.max(...own.map(({ repeat }) => repeat));
  const of = (repeat: number, what: SavedRun["what"]) =>
    own.filter((one) => one.repeat === repeat && one.what === what).map(measuredRun);
  const repeats = Array.from({ length: count }, (_, repeat) => ({
    probes: of(repeat, "probe"),
    points: of(repeat, "point"),
  }));
  return { engine, name, about, templateTokens, repeats };
}
