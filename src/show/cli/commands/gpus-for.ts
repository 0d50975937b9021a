import { EXIT, LoadoutError } from "../../../facts/errors/index.ts";
import { deviceCatalog, rigsByHand, type CatalogRow } from "../../../facts/hardware/index.ts";
import { rankCards, type CardsQuestion } from "../../../plan/advise/cards/index.ts";
import { answerCards } from "../../../plan/answer/index.ts";
import type { CardFlags } from "../card-flags.ts";
import type { CliContext } from "../context.ts";
import { wishesOf } from "../flags.ts";
import { modelFor } from "../model/model-for.ts";
import { readPrices } from "../prices.ts";
import { SYSTEMS } from "../rig-for.ts";
import { serverRuntime } from "../runtime.ts";
import { cardsText } from "../text/cards-text.ts";
import { progressFor } from "../text/progress.ts";

/** `loadout gpus [NAME] --for MODEL`: which device for a model. `rows`: the devices that were named, or all. */
export async function gpusFor(
  context: CliContext,
  flags: CardFlags & { readonly for: string; readonly json?: boolean },
  rows: readonly CatalogRow[],
  named: boolean,
): Promise<number> {
  const { budget } = flags;
  if (budget !== undefined && flags.prices === undefined) throw new LoadoutError("budget-without-prices", { budget });
  const [weights, { rigByHand }, { SEVERAL_IN_ONE }, prices] = await Promise.all([
    modelFor(context, flags.for, flags, progressFor(context)),
    rigsByHand(),
    deviceCatalog(),
    flags.prices === undefined ? undefined : readPrices(flags.prices),
  ]);
  const { engine, buildName, build, caller } = serverRuntime();
  const goal = flags.goal ?? "interactive";
  const { psu, length, slots, os, server, ram, pace, smallest, rows: count } = flags;
  const said = {
    ...(psu ? { supply: psu } : {}),
    ...(length === undefined ? {} : { lengthMm: length }),
    ...(slots === undefined ? {} : { slots }),
    ...(budget === undefined ? {} : { budget }),
    ...(os ? { system: os } : {}),
    ...(server ? { server } : {}),
  };
  const question: CardsQuestion = {
    goal,
    wishes: wishesOf(flags),
    geometry: weights.geometry,
    tensors: weights.tensors,
    build,
    caller,
    devices: rows.filter(({ id, class: line }) => line !== "cpu" && !Object.hasOwn(SEVERAL_IN_ONE, id)),
    rigByHand,
    ...(ram === undefined ? {} : { ram }),
    limits: { ...said, ...(prices ? { prices } : {}) },
  };
  const ranking = rankCards(question, {
    ...(count === undefined ? {} : { rows: count, machines: count, leftOut: count, behind: count, tooSmall: count }),
    ...(pace === undefined ? {} : { pace }),
    ...(smallest ? { smallestBy: smallest } : {}),
  });
  const system = Object.entries(SYSTEMS).find(([, name]) => name === os)?.[0];
  const answer = answerCards(ranking, {
    model: weights.facts,
    modelArgument: weights.argument,
    goal,
    ...ranking.asked,
    runtime: { engine, build: buildName },
    limits: said,
    assumptions: [...(weights.assumptions ?? []), ...assumed(question)],
    ...(ram === undefined ? {} : { ram }),
    ...(system === undefined ? {} : { os: system }),
  });
  context.out(flags.json ? JSON.stringify(answer, null, 2) : cardsText(answer, context.outStyle, named));
  return answer.rows.length + answer.behind.length > 0 ? EXIT.ok : EXIT.no;
}

function assumed({ ram, limits }: CardsQuestion): string[] {
  return [
    ...(ram === undefined ? ["32 GiB of RAM beside a card, since none was named (--ram 64GB)"] : []),
    `${limits.system === undefined ? "Linux, or the maker's own system" : "the system named"}; an x86 processor with 8 cores beside a card`,
    "a processor of 125 W and 100 W for the rest of a computer",
  ];
}
