import { LoadoutError } from "../../../facts/errors/index.ts";
import { lanesOf } from "../../../plan/advise/index.ts";
import type { ServedFacts } from "../../../plan/answer/index.ts";
import { looksLikeAddress } from "../../../run/client/index.ts";
import { reachAddress, type EngineEvent, type ServerSpec } from "../../../run/engine/index.ts";
import { roomOf, type Servable } from "../../../run/gateway/index.ts";
import type { ReceiptStore } from "../../../run/receipt/index.ts";
import { bestWeightsAtHand } from "../at-hand.ts";
import type { CliContext } from "../context.ts";
import type { Machine } from "../machine.ts";
import { weightsToLoad } from "../model/fetched.ts";
import type { WeightsHere } from "../model/weights.ts";
import type { Progress } from "../text/progress.ts";
import { weightsFor } from "../weights-for.ts";
import { chooseEngine } from "./engine-choice.ts";
import type { ServeEngineName } from "./engine-names.ts";
import { planModel, type PlannedModel, type ServePlanFlags } from "./plan-model.ts";
import { servables } from "./servable.ts";

export interface ServedFlags extends ServePlanFlags {
  readonly engine?: ServeEngineName;
  readonly name?: readonly string[];
  readonly embed?: boolean;
  readonly rerank?: boolean;
  readonly mmproj?: string;
  readonly draft?: string;
  readonly lora?: readonly string[];
  readonly yes?: boolean;
}

/** A model of the command line: planned here, or at an address that is only driven. */
export interface ServedModel {
  readonly name: string;
  readonly planned?: PlannedModel;
  readonly servables: readonly Servable[];
  readonly facts: Pick<ServedFacts, "engine" | "because" | "plan">;
}

export interface ServedParts {
  readonly machine: Machine;
  readonly receipts: ReceiptStore | undefined;
  readonly flags: ServedFlags;
  readonly progress: Progress;
}

/** Reads and plans everything that is to be served. The first stays loaded, the others come when they are asked for. */
export async function servedModels(
  context: CliContext,
  typed: readonly string[],
  parts: ServedParts,
): Promise<ServedModel[]> {
  const models: ServedModel[] = [];
  for (const [index, word] of (typed.length === 0 ? [undefined] : typed).entries()) {
    const name = parts.flags.name?.[index];
    const model =
      word !== undefined && looksLikeAddress(word)
        ? atAddress(context, word, name, parts)
        : await onThisMachine(context, word, name, index === 0, parts);
    if (models.some((other) => other.name === model.name))
      throw new LoadoutError("serve-two-names", { name: model.name });
    models.push(model);
  }
  return models;
}

async function onThisMachine(
  context: CliContext,
  typed: string | undefined,
  named: string | undefined,
  keep: boolean,
  { machine, receipts, flags, progress }: ServedParts,
): Promise<ServedModel> {
  const weights = await weightsOf(context, typed, { machine, receipts, flags, progress });
  const choice = await chooseEngine(machine.home, flags.engine ?? "auto");
  const planned = planModel({ machine, weights, flags, choice, receipts });
  const name = named ?? nameOf(weights);
  return {
    name,
    planned,
    servables: servables(planned, {
      name,
      aliases: typed === undefined || typed === name ? [] : [typed],
      keep,
      use: useOf(flags),
      ...(flags.mmproj === undefined ? {} : { projectorPath: flags.mmproj }),
      ...(flags.draft === undefined ? {} : { draftPath: flags.draft }),
      ...(flags.lora === undefined ? {} : { adapters: flags.lora.map(adapterOf) }),
      onEvent: (event) => tell(context, name, event, progress),
    }),
    facts: {
      engine: `${choice.runtime.engine} ${choice.runtime.version}`,
      because: choice.because,
      plan: planned.answer,
    },
  };
}

function tell(context: CliContext, name: string, event: EngineEvent, progress: Progress): void {
  if (event.kind === "loading") progress.update(`loading ${name}: ${Math.round(event.share * 100)}%`);
  if (event.kind === "exit" && !event.expected)
    context.note(`${name}: the engine ended (${event.signal ?? `exit code ${event.code}`})`);
}

async function weightsOf(
  context: CliContext,
  typed: string | undefined,
  { machine, receipts, flags, progress }: ServedParts,
): Promise<WeightsHere> {
  if (typed !== undefined) return weightsToLoad(context, typed, flags, progress);
  const atHand = await bestWeightsAtHand(context, machine, flags, receipts);
  return atHand ?? weightsFor(context, flags, progress);
}

/** A server that is there already: asked what it is when the first request comes. */
function atAddress(context: CliContext, url: string, named: string | undefined, { flags }: ServedParts): ServedModel {
  const key = context.process.env["LOADOUT_API_KEY"];
  const name = named ?? new URL(/^https?:/i.test(url) ? url : `http://${url}`).host;
  const servable: Servable = {
    name,
    needs: roomOf([]),
    keep: true,
    start: async (signal) => {
      const server = await reachAddress(
        { name, use: useOf(flags) },
        { url, ...(key === undefined ? {} : { key }) },
        signal,
      );
      const { slots = SLOTS_UNKNOWN, preemption } = server.abilities;
      return { server, lanes: lanesOf({ goal: flags.goal ?? "interactive", slots, preemption }).lanes };
    },
  };
  return { name, servables: [servable], facts: { engine: `the server at ${url}`, because: "its address was given" } };
}

/** Requests sent at once to a server that does not say how many it works on: llama-server's own default. */
const SLOTS_UNKNOWN = 4;

function useOf({ embed, rerank }: ServedFlags): NonNullable<ServerSpec["use"]> {
  return embed ? "embed" : rerank ? "rerank" : "generate";
}

/** What clients ask for: short, without spaces, as people name models. */
function nameOf({ facts }: WeightsHere): string {
  return facts.name
    .trim()
    .toLowerCase()
    .replaceAll(/[^\w.:-]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
}

/** `FILE`, `NAME=FILE`, with `@SCALE` behind it. */
function adapterOf(typed: string): { name: string; path: string; scale: number } {
  const [, name, path, scale] = /^(?:([\w.-]+)=)?(.+?)(?:@([\d.]+))?$/.exec(typed) ?? [];
  return { name: name ?? typed, path: path ?? typed, scale: scale === undefined ? 1 : Number(scale) };
}
