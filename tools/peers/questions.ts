import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Fields } from "../accuracy/fields.ts";
import { questionOf } from "../accuracy/buffer-question.ts";
import { Random } from "../exactness/random.ts";
import { geometryHeader, writeSparse } from "../headers/index.ts";
import { predictLlamaCpp, type EngineBuffer, type LlamaCppQuestion } from "../../src/predict/memory/index.ts";
import type { PeerQuestion, Sizes } from "./peer.ts";

/** A question with what the library itself says, and what we do. */
export interface AskedRow {
  readonly line: number;
  readonly name: string;
  readonly question: PeerQuestion;
  /** weights only where the row has them */
  readonly truth: Sizes;
  readonly ours: Required<Sizes>;
}

/** Rows of a truth file with one device and everything on it, as many as asked, drawn by a seed; their files are written to `folder`. */
export function drawnRows(file: string, folder: string, seed: number, count: number): AskedRow[] {
  const rows = readFileSync(file, "utf8")
    .split("\n")
    .flatMap((text, index) => (text === "" ? [] : [{ line: index + 1, row: new Fields(JSON.parse(text)) }]))
    .filter(({ row }) => isPlain(row));
  const random = new Random(seed);
  const drawn = rows
    .map((each) => ({ each, key: random.next() }))
    .sort((a, b) => a.key - b.key)
    .slice(0, count)
    // one model after the other, so that nobody reads a file twice without need
    .map(({ each }) => each)
    .sort((a, b) => a.row.text("name").localeCompare(b.row.text("name")) || a.line - b.line);
  mkdirSync(folder, { recursive: true });
  return drawn.map(({ line, row }) => asked(line, row, folder));
}

function isPlain(row: Fields): boolean {
  const params = row.group("params");
  return params.number("n_gpu", 1) === 1 && !params.has("n_cpu_moe") && !params.has("gpu_layers");
}

function asked(line: number, row: Fields, folder: string): AskedRow {
  const asks = questionOf(row);
  const { geometry, settings } = asks;
  const path = join(folder, `${row.text("name")}.gguf`);
  if (!existsSync(path)) writeSparse(path, geometryHeader(geometry, asks.tensors));
  const prediction = predictLlamaCpp(asks);
  if (prediction.kind === "rejected") throw new Error(`line ${line}: ${prediction.because}`);
  const [cache, compute] = [row.number("context"), row.numbers("gpu")![0]!];
  return {
    line,
    name: row.text("name"),
    question: {
      path,
      layers: geometry.layers.length,
      context: settings.context,
      batch: settings.batch,
      microBatch: settings.microBatch,
      sequences: settings.sequences,
      flashAttention: settings.flashAttention === true,
      fullWindow: settings.fullWindowCache === true,
      cacheTypeK: settings.cacheTypeK,
      cacheTypeV: settings.cacheTypeV,
    },
    truth: {
      ...(row.has("model_gpu") ? { weights: row.numbers("model_gpu")![0]! } : {}),
      cache,
      compute,
      context: cache + compute,
    },
    ours: sizesOf(prediction.buffers, asks),
  };
}

function sizesOf(buffers: readonly EngineBuffer[], { devices }: LlamaCppQuestion): Required<Sizes> {
  const on = (...terms: readonly string[]): number =>
    buffers.reduce(
      (sum, { term, place, bytes }) => sum + (place === devices.length - 1 && terms.includes(term) ? bytes : 0),
      0,
    );
  const [cache, compute] = [on("kv", "recurrent"), on("compute")];
  return { weights: on("weights"), cache, compute, context: cache + compute };
}
