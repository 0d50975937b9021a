import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "@stricli/core";
import type {
  CardsAnswer,
  FitAnswer,
  FrontierAnswer,
  OffloadAnswer,
  QuantsAnswer,
  RankingAnswer,
  ReportAnswer,
} from "../../src/plan/answer/index.ts";
import { app } from "../../src/show/cli/app.ts";
import { cliContext } from "../../src/show/cli/context.ts";
import { errorJson } from "../../src/show/cli/wrong-flags.ts";
import { styleFor } from "../../src/show/cli/text/style.ts";

/** What a command answers, by its `kind`. */
interface Answers {
  readonly fit: FitAnswer;
  readonly ranking: RankingAnswer;
  readonly report: ReportAnswer;
  readonly cards: CardsAnswer;
  readonly quants: QuantsAnswer;
  readonly offload: OffloadAnswer;
  readonly frontier: FrontierAnswer;
}

/** The command line, asked in this process. */
export interface Asker {
  /** The document that `loadout ... --json` prints; `kind` is checked. A command is run once however often it is asked. */
  readonly answer: <K extends keyof Answers>(kind: K, command: string) => Promise<Answers[K]>;
  /** What `loadout ... --json` prints, a refusal too. */
  readonly document: (command: string) => Promise<unknown>;
  /** every command asked so far, as typed */
  readonly asked: () => readonly string[];
  readonly close: () => Promise<void>;
}

/** Folders in which programs keep weights: with an empty home nothing of this machine gets into an answer. */
const HOMES = ["LOADOUT_HOME", "HOME", "USERPROFILE", "HF_HOME", "OLLAMA_MODELS", "LLAMA_CACHE"];

/** The command line with an empty home; rigs must be written by hand, then nothing of this machine is asked. */
export async function openAsker(): Promise<Asker> {
  const home = await mkdtemp(join(tmpdir(), "loadout-guide-"));
  const before = { ...process.env };
  for (const name of HOMES) process.env[name] = home;
  for (const name of ["HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME"])
    Reflect.deleteProperty(process.env, name);
  const documents = new Map<string, { readonly kind?: unknown }>();
  const document = async (command: string): Promise<{ readonly kind?: unknown }> => {
    const known = documents.get(command) ?? JSON.parse(await printed(command));
    documents.set(command, known);
    return known;
  };
  return {
    answer: async (kind, command) => {
      const found = await document(command);
      if (!isOfKind(found, kind))
        throw new Error(`${command} answers ${JSON.stringify(found).slice(0, 300)}, not ${kind}`);
      return found;
    },
    document,
    asked: () => [...documents.keys()],
    close: async () => {
      for (const name of [...HOMES, "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME"]) {
        const value = before[name];
        if (value === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = value;
      }
      await rm(home, { recursive: true, force: true });
    },
  };
}

function isOfKind<K extends keyof Answers>(document: { readonly kind?: unknown }, kind: K): document is Answers[K] {
  return document.kind === kind;
}

/** What `loadout` prints on standard output. */
async function printed(command: string): Promise<string> {
  const [name, ...words] = command.split(" ");
  if (name !== "loadout") throw new Error(`not a command of ours: ${command}`);
  if (!/--(gpu|vram|ram|for) /.test(command)) throw new Error(`asks this machine, and the guide must not: ${command}`);
  let out = "";
  let error = "";
  let refusal = "";
  const plain = styleFor({}, {});
  const context = {
    ...cliContext(process, new AbortController().signal, 0),
    out: (text: string) => void (out += text),
    note: (text: string) => void (error += text),
    outStyle: plain,
    noteStyle: plain,
    interactive: false,
  };
  const { exitCode } = process;
  await run(
    app((wrong) => {
      error += wrong.message;
      refusal = errorJson(wrong);
    }),
    [...words, "--json"],
    context,
  );
  // "does not fit" is an answer, and its exit code is not this process's
  process.exitCode = exitCode;
  if (out === "" && refusal === "") throw new Error(`${command}: ${error}`);
  return out === "" ? refusal : out;
}
