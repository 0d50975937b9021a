import { fitFlags, type Flags, needModel, readFlags } from "../flags/index.ts";
import type { Asking } from "../question/index.ts";
import { askNumbers } from "./numbers.ts";
import type { Answers, Kind } from "./kinds.ts";

type Ask<Answer> = (asking: Asking, flags: Flags, named: string | undefined) => Promise<Answer>;

const read = readFlags;

/** Flags of further questions, loaded with the first of them. */
const tables = async () => (await import("../flags/tables.ts")).QUESTION_FLAGS;

/** What images and sound are said in is read only where somebody brings any. */
const fitTable = async (flags: Flags) =>
  flags["images"] === undefined && flags["image-size"] === undefined && flags["audio"] === undefined
    ? fitFlags
    : (await tables()).fit;

/** One way to each answer; what the first answer does not need is loaded when it is asked for. */
const ASKS: { readonly [K in Kind]: Ask<Answers[K]> } = {
  fit: async (asking, flags, model) => {
    const { askFit } = await import("./fit.ts");
    const { answer } = await askFit(asking, read(await fitTable(flags), flags), needModel(model, "fit"), "fit");
    return answer;
  },
  numbers: async (asking, flags, model) =>
    askNumbers(asking, read(await fitTable(flags), flags), needModel(model, "fit")),
  explain: async (asking, flags, model) => {
    const { askExplain } = await import("./explain.ts");
    return askExplain(asking, read((await tables()).explain, flags), needModel(model, "explain"));
  },
  ranking: async (asking, flags) => {
    const { askRanking } = await import("./ranking.ts");
    return askRanking(asking, read(fitFlags, flags));
  },
  quants: async (asking, flags, model) => {
    const { askQuants } = await import("./quants.ts");
    return askQuants(asking, read((await tables()).quants, flags), needModel(model, "quants"));
  },
  cards: async (asking, flags, model) => {
    const { askCards } = await import("./cards.ts");
    const { name, ...others } = flags;
    const asked = read((await tables()).gpus, others);
    return askCards(asking, { ...asked, for: asked.for ?? needModel(model, "gpus --for") }, words(name));
  },
  offload: async (asking, flags, model) => {
    const { askOffload } = await import("./offload.ts");
    return askOffload(asking, read((await tables()).offload, flags), needModel(model, "offload"));
  },
  frontier: async (asking, flags, model) => {
    const { askFrontier } = await import("./frontier.ts");
    return askFrontier(asking, read((await tables()).frontier, flags), needModel(model, "frontier"));
  },
  models: async (_asking, flags, model) => {
    read({}, flags);
    const { lookUp } = await import("./look-up.ts");
    return lookUp(model ?? "");
  },
  gpus: async (_asking, flags, name) => {
    const asked = read((await tables()).gpus, flags);
    const { needsModel } = await import("../flags/card-flags.ts");
    needsModel(asked);
    const { askGpus } = await import("./gpus.ts");
    return askGpus(asked, name ?? "");
  },
  kv: async (asking, flags, model) => {
    const { askKv } = await import("./kv.ts");
    return askKv(asking, read(await fitTable(flags), flags), needModel(model, "fit"));
  },
};

/** Answers a question in flags as they are typed. `model`: what the command takes without a flag, a model or words. */
export async function answerTo<K extends Kind>(asking: Asking, kind: K, flags: Flags): Promise<Answers[K]> {
  const { model, ...others } = flags;
  return ASKS[kind](asking, others, model === undefined ? undefined : words(model));
}

function words(typed: Flags[string] | undefined): string {
  if (typed === undefined || typed === true) return "";
  return typeof typed === "string" ? typed : typed.join(" ");
}
