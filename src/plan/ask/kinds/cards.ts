import { LoadoutError } from "../../../facts/errors/index.ts";
import { deviceCatalog, rigsByHand } from "../../../facts/hardware/index.ts";
import { type CardsQuestion, type Price, rankCards } from "../../advise/cards/index.ts";
import { answerCards, type CardsAnswer } from "../../answer/index.ts";
import { devicesMeant } from "./gpus.ts";
import { type CardFlags, type DeviceFlags, serverRuntime, SYSTEMS, wishesOf } from "../flags/index.ts";
import { type Asking, refuseEmbedder } from "../question/index.ts";

/** `gpus [NAME] --for MODEL`: which device for a model. `readPrices`: of the file that was named. */
export async function askCards(
  asking: Pick<Asking, "model">,
  flags: CardFlags & DeviceFlags & { readonly for: string },
  name: string,
  readPrices?: () => Promise<ReadonlyMap<string, Price>>,
): Promise<CardsAnswer> {
  const { rows } = await devicesMeant(name, flags);
  const { budget } = flags;
  if (budget !== undefined && flags.prices === undefined) throw new LoadoutError("budget-without-prices", { budget });
  const [weights, { rigByHand }, { SEVERAL_IN_ONE }, prices] = await Promise.all([
    asking.model(flags.for, flags),
    rigsByHand(),
    deviceCatalog(),
    flags.prices === undefined ? undefined : readPrices?.(),
  ]);
  refuseEmbedder(weights, "gpus --for");
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
  const system = Object.entries(SYSTEMS).find(([, named]) => named === os)?.[0];
  return answerCards(ranking, {
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
}

function assumed({ ram, limits }: CardsQuestion): string[] {
  return [
    ...(ram === undefined ? ["32 GiB of RAM beside a card, since none was named (--ram 64GB)"] : []),
    `${limits.system === undefined ? "Linux, or the maker's own system" : "the system named"}; an x86 processor with 8 cores beside a card`,
    "a processor of 125 W and 100 W for the rest of a computer",
  ];
}
