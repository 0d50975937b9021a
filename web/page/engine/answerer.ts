import { LoadoutError } from "../../../src/facts/errors/index.ts";
import type { Rig } from "../../../src/facts/hardware/index.ts";
import { answerTo, type Kind } from "../../../src/plan/ask/kinds/index.ts";
import type { Flags } from "../../../src/plan/ask/flags/index.ts";
import { type Asking, catalogAsking, FILE, type PlannedMachine } from "../../../src/plan/ask/question/index.ts";
import { type Opened, openedFiles } from "../../../src/plan/ask/model/index.ts";
import { blobSource } from "./blob-source.ts";
import { loadArchitecture, loadBackends } from "./others-later.ts";

/** An error as `--json` prints it. */
export interface ErrorFacts {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** A dropped model, by the name that later questions call it. */
export interface OpenedModel {
  /** `file:NAME`, for the flag `model` */
  readonly model: string;
  readonly name: string;
  readonly architecture: string;
  readonly parameters: number;
  readonly quantization: string;
  readonly fileBytes: number;
  readonly contextLength: number;
}

/** What answers, wherever it runs: in a worker, or in a test. Answers are JSON texts, the same as `--json` prints. */
export interface Answerer {
  readonly ask: (kind: Kind, flags: Flags) => Promise<string>;
  readonly open: (files: readonly File[]) => Promise<OpenedModel>;
  /** this machine, as `loadout probe --json` prints its rig; undefined: none */
  readonly here: (rig: Rig | undefined) => void;
}

/** Answers that are kept, some 20 kB each: a slider goes back and forth over the same steps. */
const MOST_ANSWERS = 64;

export function createAnswerer(): Answerer {
  const opened = new Map<string, Opened>();
  let machine: PlannedMachine | undefined;
  let asking = askingOf();
  const answers = new Map<string, Promise<string>>();
  return {
    ask: (kind, flags) => {
      const key = JSON.stringify([kind, flags]);
      const answer = answers.get(key) ?? answered(kind, flags);
      answers.delete(key);
      answers.set(key, answer);
      // what failed for want of a file of the page may be had the next time
      answer.catch(() => answers.delete(key));
      if (answers.size > MOST_ANSWERS) answers.delete(answers.keys().next().value!);
      return answer;
    },
    open: async (files) => {
      const { openFiles, weightsOf } = await openedFiles();
      const byName = new Map(files.map((file) => [file.name, file]));
      const first = meant([...byName.keys()]);
      const file = await openFiles(`./${first}`, first, [...byName.keys()], (name) => {
        const blob = byName.get(name.replace(/^\.\//, ""));
        return Promise.resolve(blob && blobSource(blob, name));
      });
      const { facts } = weightsOf(file, undefined);
      const model = `${FILE}${first}`;
      opened.set(model, file);
      // a file of the same name may be another one
      asking = askingOf();
      answers.clear();
      const { architecture, parameters, quantization, fileBytes, contextLength } = facts;
      return { model, name: facts.name, architecture, parameters, quantization, fileBytes, contextLength };
    },
    here: (rig) => {
      answers.clear();
      machine = rig && { report: { rig }, closable: { host: 0, devices: rig.devices.map(() => 0) } };
    },
  };

  async function answered(kind: Kind, flags: Flags): Promise<string> {
    if (kind === "ranking") await loadArchitecture();
    return JSON.stringify(await answerTo(asking, kind, flags).catch(again));

    async function again(error: unknown) {
      if (!(error instanceof LoadoutError && error.code === "backend-unknown")) throw error;
      await loadBackends();
      return answerTo(asking, kind, flags);
    }
  }

  function askingOf(): Asking {
    const plain = catalogAsking({ opened, machine: () => machine });
    const model: Asking["model"] = async (typed, flags) => {
      const weights = await plain.model(typed, flags);
      await loadArchitecture(weights.geometry);
      return weights;
    };
    return { ...plain, model };
  }
}

/** Of several files the one that says what the others belong to. */
function meant(names: readonly string[]): string {
  const named = (pattern: RegExp) => names.find((name) => pattern.test(name));
  return named(/\.gguf$/i) ?? named(/^config\.json$/) ?? named(/\.json$/i) ?? names[0] ?? "nothing";
}

/** What was thrown, as an error that can be shown: what nobody meant to throw is a fault of ours. */
export function errorFacts(thrown: unknown): ErrorFacts {
  const error =
    thrown instanceof LoadoutError
      ? thrown
      : new LoadoutError("internal", { what: thrown instanceof Error ? thrown.message : String(thrown) });
  const { code, message, hint } = error.toJSON();
  return { code, message, hint };
}
