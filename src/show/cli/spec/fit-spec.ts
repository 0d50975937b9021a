import { once } from "node:events";
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { EXIT, LoadoutError } from "../../../facts/errors/index.ts";
import { ANSWER_VERSION, answerFit, type FitAnswer } from "../../../plan/answer/index.ts";
import { roomFor } from "../../../plan/fit/index.ts";
import type { CliContext } from "../context.ts";
import { machineOf } from "../machine.ts";
import { modelFor } from "../model/model-for.ts";
import { progressFor } from "../text/progress.ts";
import { specQuestion, type SpecQuestion } from "./spec-question.ts";
import {
  ANSWER_TOKENS,
  bringsMedia,
  embeddedRuntime,
  rigArguments,
  serverRuntime,
} from "../../../plan/ask/flags/index.ts";
import { elsewhereRuntime } from "../../../plan/ask/question/elsewhere.ts";
import { draftingOf, fitQuestion, type PlannedMachine, rigFor, withDraft } from "../../../plan/ask/question/index.ts";

interface SpecFlags {
  readonly models?: readonly string[];
}

/**
 * Answers questions as they come, one JSON object a line in and out, in order; a wrong line gets an error in its place and the
 * next is answered. Nothing is kept but the last models and rigs, so that a file of any length takes the same memory. The exit code
 * is that of the first wrong line, else 0: "does not fit" is an answer.
 */
export async function fitSpec(context: CliContext, path: string, flags: SpecFlags): Promise<number> {
  const answerer = answererFor(context, flags);
  const out = context.process.stdout;
  let code: number = EXIT.ok;
  let number = 0;
  for await (const text of lines(context, path)) {
    number += 1;
    if (text.trim() === "") continue;
    if (context.signal.aborted) break;
    const { answer, exit } = await answerer(text, number);
    if (code === EXIT.ok) code = exit;
    if (!out.write(`${JSON.stringify(answer)}\n`)) await once(out, "drain");
  }
  return code;
}

/** A line's answer, or the error in its place. */
interface Answered {
  readonly answer: Numbered<FitAnswer> | Numbered<SpecError>;
  readonly exit: number;
}

type Numbered<Answer> = Answer & { readonly line: number; readonly id?: string | number };

interface SpecError {
  readonly schema: typeof ANSWER_VERSION;
  readonly kind: "error";
  readonly error: LoadoutError;
}

function answererFor(context: CliContext, flags: SpecFlags): (text: string, line: number) => Promise<Answered> {
  const progress = progressFor(context);
  const models = recent((key: string, { model, quant, guesses }: SpecQuestion) => {
    const { draft } = guesses;
    const named = { ...flags, ...(quant === undefined ? {} : { quant }), ...(draft === "mtp" ? { draft } : {}) };
    return modelFor(context, model, named, progress);
  });
  const drafts = recent((key: string, { guesses }: SpecQuestion) =>
    draftingOf({ ...flags, ...guesses }, undefined, (draft) =>
      modelFor(context, draft, flags.models ? { models: flags.models } : {}, progress),
    ),
  );
  const machines = recent((key: string, question: SpecQuestion) => machineFor(context, question));
  return async (text, line) => {
    let id: SpecQuestion["id"];
    try {
      const question = specQuestion(text, line);
      ({ id } = question);
      const { guesses } = question;
      const [read, machine, drafting] = await Promise.all([
        models(JSON.stringify([question.model, question.quant, guesses.draft === "mtp"]), question),
        machines(JSON.stringify(question.rig ?? null), question),
        drafts(JSON.stringify(guesses), question),
      ]);
      const server = serverRuntime(question.flags.build);
      // as `fit` has it: a rig that is not this machine is asked about for a server
      const named = question.flags.runtime ?? (question.rig === undefined ? "embedded" : "llama-server");
      const runtime =
        named === "ollama" || named === "lm-studio"
          ? elsewhereRuntime(named, { ...question.flags, ...guesses })
          : named === "llama-server" || drafting || bringsMedia(question.flags)
            ? server
            : embeddedRuntime();
      const { promptTokens, answerTokens = ANSWER_TOKENS, flags: asking } = question;
      const room = promptTokens === undefined ? undefined : roomFor(promptTokens, answerTokens);
      const weights = await withDraft(read, machine, asking, runtime, drafting, room);
      const brings = bringsMedia(asking)
        ? await (await import("./brings.ts")).brings(question, machine, weights, runtime)
        : {};
      const asked = fitQuestion({
        machine,
        weights,
        flags: asking,
        promptTokens,
        answerTokens,
        ...brings,
        runtime,
        drafting,
        ...(runtime.elsewhere ? {} : { server }),
      });
      const { answer } = answerFit(asked.request, asked.context);
      return { answer: { ...numbered(line, id), ...answer }, exit: EXIT.ok };
    } catch (thrown) {
      const error =
        thrown instanceof LoadoutError
          ? thrown
          : new LoadoutError("internal", { what: String(thrown) }, { cause: thrown });
      return {
        answer: { ...numbered(line, id), schema: ANSWER_VERSION, kind: "error", error },
        exit: error.exitCode,
      };
    }
  };
}

function numbered(line: number, id: SpecQuestion["id"]): { line: number; id?: string | number } {
  return { line, ...(id === undefined ? {} : { id }) };
}

async function machineFor(context: CliContext, { rig }: SpecQuestion): Promise<PlannedMachine> {
  const idle = (devices: readonly unknown[]) => ({ host: 0, devices: devices.map(() => 0) });
  if (rig === undefined) return machineOf(context);
  if ("whole" in rig) return { report: { rig: rig.whole }, closable: idle(rig.whole.devices) };
  const byHand = await rigFor(rig.words);
  if (byHand === undefined) return machineOf(context);
  const { rig: written, assumptions } = byHand;
  return {
    report: { rig: written },
    closable: idle(written.devices),
    assumptions,
    rigArguments: rigArguments(rig.words),
  };
}

/** Models and rigs that are remembered: questions of one file are mostly about the same. */
const MOST_RECENT = 16;

function recent<Subject, Value>(
  make: (key: string, subject: Subject) => Promise<Value>,
): (key: string, subject: Subject) => Promise<Value> {
  const known = new Map<string, Promise<Value>>();
  return (key, subject) => {
    const before = known.get(key);
    known.delete(key);
    const value = before ?? make(key, subject);
    known.set(key, value);
    if (known.size > MOST_RECENT) known.delete(known.keys().next().value!);
    return value;
  };
}

async function* lines({ process }: CliContext, path: string): AsyncGenerator<string> {
  const input: Readable = path === "-" ? process.stdin : createReadStream(path);
  try {
    yield* createInterface({ input, crlfDelay: Infinity });
  } catch (error) {
    throw new LoadoutError(
      "spec-unreadable",
      { path, problem: error instanceof Error ? error.message : String(error) },
      { cause: error },
    );
  }
}
