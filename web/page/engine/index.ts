import type { CardsAnswer, CatalogAnswer, FitAnswer, FrontierAnswer, GpusAnswer, QuantsAnswer } from "../../../src/plan/answer/index.ts";
import { answerFit } from "../../../src/plan/answer/index.ts";
import { rigsByHand } from "../../../src/facts/hardware/index.ts";
import { fromCatalog } from "../../../src/show/cli/model/from-catalog.ts";
import { fitQuestion } from "../../../src/show/cli/question.ts";
import { serverRuntime } from "../../../src/show/cli/runtime.ts";
import { parseTokens } from "../../../src/facts/units/index.ts";
export type Flags = Readonly<Record<string, string | readonly string[] | true>>;
export interface Answers { fit: FitAnswer; quants: QuantsAnswer; cards: CardsAnswer; frontier: FrontierAnswer; models: CatalogAnswer; gpus: GpusAnswer }
export type Kind = keyof Answers;
export type AnswerOf<K extends Kind> = Answers[K];
export interface OpenedModel { readonly name: string }
const weightsKept = new Map<string, Awaited<ReturnType<typeof fromCatalog>>>();
const kept = async (model: string, quant: string | undefined) => {
  const key = `${model} ${quant}`;
  const found = weightsKept.get(key) ?? (await fromCatalog(model, quant));
  weightsKept.set(key, found);
  return found;
};
export function createEngine() {
  return {
    async ask<K extends Kind>(kind: K, flags: Flags): Promise<AnswerOf<K>> {
      if (kind !== "fit") throw Object.assign(new Error(`${kind} is not there yet`), { code: "x" });
      const str = (n: string) => (typeof flags[n] === "string" ? (flags[n] as string) : undefined);
      const list = (n: string) => (Array.isArray(flags[n]) ? (flags[n] as string[]) : str(n) ? [str(n)!] : undefined);
      const { rigByHand } = await rigsByHand();
      const gpus = list("gpu"); const vrams = list("vram"); const ram = str("ram");
      const byHand = rigByHand({ ...(gpus && { gpus }), ...(vrams && { vrams }), ...(ram && { ram }) } as never);
      const w = await kept(str("model")!, str("quant"));
      if (!w.weights) throw Object.assign(new Error(`no model is called ${str("model")}`), { code: "unknown-model" });
      const machine = { report: { rig: byHand.rig }, closable: { host: 0, devices: byHand.rig.devices.map(() => 0) }, assumptions: byHand.assumptions, rigArguments: "" };
      const server = serverRuntime();
      const q = fitQuestion({ machine, weights: w.weights, runtime: server, server,
        flags: { ...(str("context") && { context: parseTokens(str("context")!, "context") }), ...(str("users") && { users: Number(str("users")) }), ...(str("kv-type") && { kvType: str("kv-type") as never }), ...(str("goal") && { goal: str("goal") as never }) },
        promptTokens: str("prompt") ? parseTokens(str("prompt")!, "prompt") : undefined,
        reading: { bytesPerSec: 2e9, source: "assumed" } });
      return answerFit(q.request, q.context).answer as AnswerOf<K>;
    },
    async open(file: File): Promise<OpenedModel> { return { name: `file:${file.name}` }; },
  };
}
