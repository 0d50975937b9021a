import type { LlamaEmbeddingContext, LlamaRankingContext } from "node-llama-cpp";
import { LoadoutError } from "../../../facts/errors/index.ts";
import type { LaneName } from "../../../predict/serving/index.ts";
import type { LogRelay } from "./log-relay.ts";
import { engineInfo, failure, openModel, type OpenModel } from "./open-model.ts";
import type { Loaded, ServeArgs } from "./protocol.ts";
import { token } from "./score.ts";
import { chooseContext } from "./settings.ts";
import { Turns } from "./turns.ts";

type Vectors =
  | { readonly use: "embed"; readonly context: LlamaEmbeddingContext }
  | { readonly use: "rerank"; readonly context: LlamaRankingContext };

/** A model that turns texts into vectors or ranks them, one text at a time: the library gives such contexts one sequence. */
export class VectorSession {
  readonly opened: OpenModel;
  /** tokens of a text at most: it is evaluated in one step, as pooling needs it */
  readonly longest: number;
  readonly #vectors: Vectors;
  readonly #turns = new Turns();

  private constructor(opened: OpenModel, vectors: Vectors, longest: number) {
    this.opened = opened;
    this.#vectors = vectors;
    this.longest = longest;
  }

  static async load(
    args: ServeArgs,
    relay: LogRelay,
    onLoading: (share: number) => void,
  ): Promise<{ session: VectorSession; loaded: Omit<Loaded, "totals"> }> {
    const { settings, use, modelPath, adapters = [] } = args;
    if (adapters.length > 0) throw refused("adapters of a model for vectors", "none", adapters.length);
    const opened = await openModel(args, relay, onLoading);
    const { library, model, mostThreads, modelMs } = opened;
    const { contextSize, batchSize } = chooseContext(settings, model.trainContextSize, library);
    const options = { contextSize, batchSize, threads: mostThreads };
    const began = performance.now();
    const create = async (): Promise<Vectors> =>
      use === "rerank"
        ? { use, context: await model.createRankingContext(options) }
        : { use: "embed", context: await model.createEmbeddingContext(options) };
    const vectors = await create().catch(async (error: unknown) => {
      throw await failure(error, "engine-rejected", modelPath, library, relay);
    });
    const times = { modelMs, contextMs: performance.now() - began, warmUpMs: 0 };
    const session = new VectorSession(opened, vectors, Math.min(contextSize - 1, batchSize));
    return { session, loaded: { info: await engineInfo(opened), template: "none", times } };
  }

  /** The vector of a text, as long as the model made it, with its tokens. */
  async embed(
    input: string | readonly number[],
    lane: LaneName,
  ): Promise<{ vector: readonly number[]; tokens: number }> {
    const { context } = this.#of("embed");
    const tokens = typeof input === "string" ? this.opened.model.tokenize(input) : input.map(token);
    const length = this.#checked(context.calculateInputLength(tokens));
    const { vector } = await this.#turns.take(lane, () => context.getEmbeddingFor([...tokens]));
    return { vector, tokens: length };
  }

  /** How well a document answers a query, from 0 to 1, with the tokens of both. */
  async rank(query: string, document: string, lane: LaneName): Promise<{ score: number; tokens: number }> {
    const { context } = this.#of("rerank");
    const length = this.#checked(context.calculateInputLength(query, document));
    const score = await this.#turns.take(lane, () => context.rank(query, document));
    return { score, tokens: length };
  }

  async close(): Promise<void> {
    await this.#vectors.context.dispose();
    await this.opened.model.dispose();
  }

  #checked(length: number): number {
    if (length > this.longest) throw new LoadoutError("engine-context-full", { expected: this.longest, got: length });
    return length;
  }

  #of<Use extends Vectors["use"]>(use: Use): Extract<Vectors, { use: Use }> {
    const vectors: Vectors = this.#vectors;
    if (!isOf(vectors, use))
      throw new LoadoutError("engine-request-unsupported", { what: `${use}: it was loaded to ${vectors.use}` });
    return vectors;
  }
}

function isOf<Use extends Vectors["use"]>(vectors: Vectors, use: Use): vectors is Extract<Vectors, { use: Use }> {
  return vectors.use === use;
}

function refused(what: string, expected: string, got: number): LoadoutError {
  return new LoadoutError("engine-unsupported-setting", { engine: "the embedded engine", what, expected, got });
}
