import { randomInt } from "node:crypto";
import type { BenchServer } from "../../../plan/answer/index.ts";
import type { Lengths, RequestRecord } from "../../../predict/serving/index.ts";
import {
  askOnce,
  askServer,
  learnManners,
  type LoadTarget,
  loadTarget,
  type Manners,
  promptText,
  type ServerFacts,
} from "../../../run/bench/load/index.ts";
import type { CliContext } from "../context.ts";
import type { Progress } from "../text/progress.ts";
import { type BenchFlags, bodyOf, headersOf } from "./flags.ts";
import { lengthsText, OUTPUT, PROMPT, typical } from "./loads.ts";

/** An endpoint, and how it is asked. */
export interface Side {
  readonly target: LoadTarget;
  readonly manners: Manners;
  /** fields over all others */
  readonly body: Readonly<Record<string, unknown>>;
  readonly prompt: Lengths;
  readonly shared?: number;
  /** of a second one: what it is asked otherwise than the first, as it was typed */
  readonly differs: readonly string[];
  readonly server?: ServerFacts;
  readonly aloneMs: number;
  /** the first whole request, which nothing was beside */
  readonly alone?: RequestRecord;
}

/** A first prompt need not be longer for a pace to show. */
const MOST_ALONE = 2048;

/** Asks one endpoint, or two, what they are like; the second may be the first, asked otherwise. */
export async function openSides(
  context: CliContext,
  flags: BenchFlags,
  typed: string,
  progress: Progress,
): Promise<{ readonly first: Side; readonly second: Side | undefined }> {
  const key = flags.key ?? context.process.env["LOADOUT_API_KEY"];
  const body = { ...bodyOf(flags.body), ...(flags.noCache ? { cache_prompt: false } : {}) };
  const headers = headersOf(flags.header);
  const first = await openSide(context, progress, {
    target: targetOf(typed, key, headers),
    model: flags.model,
    body,
    prompt: flags.prompt ?? PROMPT,
    output: flags.output ?? OUTPUT,
    shared: flags.shared,
    differs: [],
  });
  const differs = differencesIn(flags);
  if (flags.compare === undefined && differs.length === 0) return { first, second: undefined };
  const second = await openSide(context, progress, {
    target: targetOf(flags.compare ?? typed, key, { ...headers, ...headersOf(flags.compareHeader) }),
    model: flags.compareModel ?? (flags.compare === undefined ? flags.model : undefined),
    body: { ...body, ...bodyOf(flags.compareBody, "--compare-body") },
    prompt: flags.comparePrompt ?? flags.prompt ?? PROMPT,
    output: flags.output ?? OUTPUT,
    shared: flags.compareShared ?? flags.shared,
    differs,
  });
  return { first, second };
}

function differencesIn(flags: BenchFlags): string[] {
  const { compareBody, compareHeader, compareModel, comparePrompt, compareShared } = flags;
  return [
    ...(compareBody === undefined ? [] : [`body ${compareBody}`]),
    ...(compareHeader ?? []).map((header) => `header ${header}`),
    ...(compareModel === undefined ? [] : [`model ${compareModel}`]),
    ...(comparePrompt === undefined ? [] : [`prompts of ${lengthsText(comparePrompt)}`]),
    ...(compareShared === undefined ? [] : [`${compareShared} tokens shared`]),
  ];
}

function targetOf(typed: string, key: string | undefined, headers: Readonly<Record<string, string>>): LoadTarget {
  return { ...loadTarget(typed, key), ...(Object.keys(headers).length === 0 ? {} : { headers }) };
}

async function openSide(
  context: CliContext,
  progress: Progress,
  asked: Pick<Side, "target" | "body" | "prompt" | "differs"> & {
    readonly model: string | undefined;
    readonly output: Lengths;
    readonly shared: number | undefined;
  },
): Promise<Side> {
  const { target, body, prompt, differs, model, output, shared } = asked;
  progress.update(`asking ${target.base} ...`);
  const wanted = {
    extras: { ignore_eos: true, stream_options: { include_usage: true } },
    ...(model === undefined ? {} : { model }),
  };
  const manners = await learnManners(target, wanted, context.signal);
  const server = await askServer(target, manners.model);
  progress.update(`${target.base}: one answer alone ...`);
  const tokens = Math.min(MOST_ALONE, typical(prompt));
  const first = await askOnce(
    target,
    {
      model: manners.model,
      // other words each time: what a cache holds of them says nothing of the server
      messages: [{ role: "user", content: promptText(manners.prompts, tokens, randomInt(2 ** 31)) }],
      max_tokens: typical(output),
      ...manners.extras,
      ...body,
    },
    context.signal,
  );
  const { firstMs, promptTokens = tokens, cachedTokens } = first;
  const { sentMs, endMs, tokenMs } = first;
  const answered = first.error === undefined && firstMs !== undefined;
  return {
    target,
    manners,
    body,
    prompt,
    ...(shared === undefined ? {} : { shared }),
    differs,
    ...(server === undefined ? {} : { server }),
    aloneMs: endMs - sentMs,
    ...(answered
      ? {
          alone: {
            id: 0,
            scheduledMs: sentMs,
            sentMs,
            firstMs,
            tokenMs,
            endMs,
            promptTokens,
            ...(cachedTokens === undefined ? {} : { cachedTokens }),
            outputTokens: first.outputTokens ?? tokenMs.length,
            outcome: "ok" as const,
          },
        }
      : {}),
  };
}

/** What a file of the run says of it: a receipt's number is of this machine's store alone. */
export function benchServer({ receipt: _, ...said }: ServerFacts): BenchServer {
  return said;
}
