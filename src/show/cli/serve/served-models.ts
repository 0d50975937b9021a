import { LoadoutError } from "../../../facts/errors/index.ts";
import { lanesOf } from "../../../plan/advise/index.ts";
import type { ServedFacts } from "../../../plan/answer/index.ts";
import { endpointOf, looksLikeAddress } from "../../../run/client/index.ts";
import { reachAddress, type EngineEvent, type ServerSpec } from "../../../run/engine/index.ts";
import { roomOf, type Servable } from "../../../run/gateway/index.ts";
import type { ReceiptStore } from "../../../run/receipt/index.ts";
import { bestWeightsAtHand } from "../at-hand.ts";
import type { CliContext } from "../context.ts";
import type { Machine } from "../machine.ts";
import { hubOf } from "../../../run/fetch/hub/index.ts";
import { weightsToLoad } from "../model/fetched.ts";
import { hubSpec } from "../model/hub-spec.ts";
import type { Progress } from "../text/progress.ts";
import { weightsFor } from "../weights-for.ts";
import { atOllama, ollamaName } from "./at-ollama.ts";
import { chooseEngine } from "./engine-choice.ts";
import type { ServeEngineName } from "./engine-names.ts";
import { extrasOf, NO_EXTRAS, type ExtrasFlags } from "./extras.ts";
import { clientNames } from "./names.ts";
import { planModel, type PlannedModel, type ServePlanFlags } from "./plan-model.ts";
import { servables } from "./servable.ts";
import { timeAndKeep } from "./timed-prompts.ts";
import type { WeightsHere } from "../../../plan/ask/model/index.ts";

export interface ServedFlags extends ServePlanFlags, ExtrasFlags {
  readonly engine?: ServeEngineName;
  readonly name?: readonly string[];
  readonly embed?: boolean;
  readonly rerank?: boolean;
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
  const taken = new Set<string>();
  const called = parts.flags.name ?? [];
  if (called.length > Math.max(1, typed.length))
    throw new LoadoutError("serve-more-names", { names: called.length, models: Math.max(1, typed.length) });
  for (const [index, word] of (typed.length === 0 ? [undefined] : typed).entries()) {
    const named = called[index];
    const naming = (preferred: readonly string[]): string => {
      const name = named ?? preferred.find((each) => !taken.has(each)) ?? preferred[0]!;
      if (taken.has(name)) throw new LoadoutError("serve-two-names", { name });
      taken.add(name);
      return name;
    };
    const ofOllama = word === undefined ? undefined : ollamaName(word);
    if (ofOllama !== undefined) {
      const name = naming([ofOllama, word!]);
      const servable = atOllama(context, ofOllama, name, parts.flags, useOf(parts.flags));
      models.push({ name, servables: [servable], facts: { engine: "Ollama", because: "it was named" } });
      continue;
    }
    models.push(
      word !== undefined && isServer(word, parts.machine)
        ? atAddress(context, word, naming, parts)
        : await onThisMachine(context, word, naming, { first: index === 0, models: Math.max(1, typed.length) }, parts),
    );
  }
  return models;
}

/** Gives a model the first name that no other has. */
type Naming = (preferred: readonly string[]) => string;

/** An address is that of a server unless it is that of weights. */
function isServer(typed: string, { home, config }: Machine): boolean {
  if (!looksLikeAddress(typed) || /\.gguf(?:\?|$)/i.test(typed)) return false;
  return hubSpec(typed, hubOf(home, config).endpoint) === undefined;
}

async function onThisMachine(
  context: CliContext,
  typed: string | undefined,
  naming: Naming,
  { first, models }: { readonly first: boolean; readonly models: number },
  { machine, receipts, flags, progress }: ServedParts,
): Promise<ServedModel> {
  const weights = await weightsOf(context, typed, { machine, receipts, flags, progress });
  const choice = await chooseEngine(context, { home: machine.home, flags, progress });
  const writes = useOf(flags) === "generate";
  const { devices } = machine.report.rig;
  const extras = first ? await extrasOf(context, weights, { flags, choice, progress, devices, writes }) : NO_EXTRAS;
  const asked = { machine, weights, flags, choice, receipts, extras, models };
  const predicted = planModel(asked);
  const timed = flags.calibrate && writes ? await timeAndKeep(context, predicted, { machine, receipts, progress }) : [];
  const planned = timed.length > 0 ? planModel({ ...asked, timed }) : predicted;
  const { preferred, others } = clientNames(weights, typed);
  const name = naming(preferred);
  return {
    name,
    planned,
    servables: servables(planned, {
      name,
      aliases: [...new Set([...preferred, ...others])].filter((other) => other !== name),
      keep: first,
      use: useOf(flags),
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
function atAddress(context: CliContext, url: string, naming: Naming, { flags }: ServedParts): ServedModel {
  const key = context.process.env["LOADOUT_API_KEY"];
  const { base } = endpointOf(url);
  const name = naming([new URL(base).host, url]);
  const servable: Servable = {
    name,
    needs: roomOf([]),
    keep: true,
    start: async (signal) => {
      const server = await reachAddress(
        { name, use: useOf(flags) },
        { url: base, ...(key === undefined ? {} : { key }) },
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
