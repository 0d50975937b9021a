import type { TokenScore } from "../../engine/index.ts";
import type { Probe } from "./suite.ts";

/**
 * Candidates told apart at each position. Measured with a model of 49,152 tokens: with 1024 the divergence is 2% (near files) to
 * 4% (far ones) below the whole vocabulary's, with 64 it is 10% to 16% below; a file of results has 17 MB.
 */
export const CANDIDATES = 1024;

/** What a passage gave: how likely each of its tokens was, the first excepted. */
export interface TextResult {
  readonly kind: "text";
  readonly id: string;
  readonly tokens: readonly number[];
  readonly scores: readonly TokenScore[];
}

/** What a task gave. */
export interface TaskResult {
  readonly kind: "task";
  readonly id: string;
  readonly probe: Probe;
  readonly passed: boolean;
  readonly reply: string;
  /** the reply reached the limit of tokens before it ended by itself */
  readonly cutShort: boolean;
}

export type Result = TextResult | TaskResult;

/** What stands in the file for a result: numbers that are many as the bytes of their array, in base64. */
interface StoredText extends Omit<TextResult, "scores"> {
  /** candidates at each position */
  readonly top: number;
  readonly logProbs: string;
  readonly topIds: string;
  readonly topLogProbs: string;
}

/** One line of the file. */
export function writeResult(result: Result): string {
  if (result.kind === "task") return JSON.stringify(result);
  const { scores, ...rest } = result;
  const top = scores[0]?.topIds.length ?? 0;
  const topIds = new Uint32Array(scores.length * top);
  const topLogProbs = new Float32Array(scores.length * top);
  scores.forEach((score, index) => {
    topIds.set(score.topIds, index * top);
    topLogProbs.set(score.topLogProbs, index * top);
  });
  const logProbs = Float64Array.from(scores, ({ logProb }) => logProb);
  const stored: StoredText = {
    ...rest,
    top,
    logProbs: base64(logProbs),
    topIds: base64(topIds),
    topLogProbs: base64(topLogProbs),
  };
  return JSON.stringify(stored);
}

/** Undefined where a line is no result: a run that was killed while it wrote leaves half of one. */
export function readResult(line: string): Result | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (isTask(value)) return value;
    if (!isStoredText(value)) return undefined;
    const { top, logProbs, topIds, topLogProbs, ...rest } = value;
    const ids = new Uint32Array(bytes(topIds));
    const logs = new Float32Array(bytes(topLogProbs));
    const scores = Array.from(new Float64Array(bytes(logProbs)), (logProb, index) => ({
      logProb,
      topIds: ids.subarray(index * top, (index + 1) * top),
      topLogProbs: logs.subarray(index * top, (index + 1) * top),
    }));
    if (ids.length !== scores.length * top || logs.length !== ids.length) return undefined;
    if (scores.length !== rest.tokens.length - 1) return undefined;
    return { ...rest, scores };
  } catch {
    return undefined;
  }
}

function isTask(value: unknown): value is TaskResult {
  return has(value, { kind: "string", id: "string", passed: "boolean", reply: "string" }) && value["kind"] === "task";
}

function isStoredText(value: unknown): value is StoredText {
  return (
    has(value, { kind: "string", id: "string", top: "number", logProbs: "string", topIds: "string" }) &&
    value["kind"] === "text" &&
    Array.isArray(value["tokens"])
  );
}

function has(value: unknown, types: Readonly<Record<string, string>>): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const entries = new Map<string, unknown>(Object.entries(value));
  return Object.entries(types).every(([key, type]) => typeof entries.get(key) === type);
}

function base64(array: Float64Array | Float32Array | Uint32Array): string {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString("base64");
}

/** In a buffer of its own, which begins where numbers may begin. */
function bytes(text: string): ArrayBuffer {
  return Uint8Array.from(Buffer.from(text, "base64")).buffer;
}
