import { formatBytes } from "../../facts/units/index.ts";
import { good, withRaisedLimit, type FitRequest } from "../fit/index.ts";
import type { OffloadQuestion } from "./offload-question.ts";
import type { BatchUse, ChatUse, Rung } from "./offload-rung.ts";
import { batchUse, chatUse } from "./offload-use.ts";

/** A device that could be had instead, and the same model on it. */
export interface CardCandidate {
  /** as it is typed: an id, or "2xrtx-3090" */
  readonly argument: string;
  readonly name: string;
  readonly memoryBytes: number;
  readonly bandwidthBytesPerSec: number;
  /** one more of the card that is there */
  readonly another?: true;
  readonly request: () => FitRequest;
}

/** What avoids offload: the same placement, all on the devices, with other weights, another card, or more of the shared RAM. */
export interface Instead {
  readonly kind: "quantization" | "card" | "limit";
  readonly name: string;
  /** flags that ask for it; of a limit the command that raises it */
  readonly flags: string;
  readonly memoryBytes?: number;
  readonly chat: ChatUse;
  readonly batch: BatchUse;
}

const WHOLE = { gpuLayers: "all" } as const;

/** The largest smaller file type that a chat fits whole; undefined where none does. */
export function nextQuantization(question: OffloadQuestion): Instead | undefined {
  for (const { fileType, request } of question.request.smaller ?? []) {
    const other = { ...question, request: request() };
    const chat = chatUse(other, WHOLE);
    if (!good(chat.now.verdict)) continue;
    return { kind: "quantization", name: fileType, flags: `--quant ${fileType}`, chat, batch: batchUse(other, WHOLE) };
  }
  return undefined;
}

/**
 * A chip that shares the RAM may take a part of it that the owner can raise: all on it with that limit, where a chat fits only then,
 * or a batch job is done sooner than on any rung, since more jobs at a time have room.
 */
export function higherLimit(question: OffloadQuestion, rungs: readonly Rung[]): Instead | undefined {
  const whole = rungs.find(({ kind }) => kind === "whole");
  const raised = withRaisedLimit(question.request);
  if (whole === undefined || raised === undefined) return undefined;
  const other = { ...question, request: raised.request };
  const chat = chatUse(other, WHOLE);
  const batch = batchUse(other, WHOLE);
  if (!good(chat.now.verdict)) return undefined;
  const times = rungs
    .filter((rung) => good(rung.batch.now.verdict))
    .map((rung) => rung.batch.seconds?.value ?? Infinity);
  const sooner = good(batch.now.verdict) && (batch.seconds?.value ?? Infinity) < Math.min(...times);
  if (good(whole.chat.now.verdict) && !sooner) return undefined;
  const { bytes, command } = raised.limit;
  return { kind: "limit", name: `limit of the GPU at ${formatBytes(bytes)}`, flags: command, chat, batch };
}

/** Sizes of other cards listed at most. */
const MOST_CARDS = 3;
/** Of cards with as much memory so many are tried. */
const TRIED = 2;

/**
 * The cards with least memory that a chat fits whole, one a size, of each size the one with the highest bandwidth.
 * `needBytes`: what the devices hold when all is on them.
 */
export function nextCards(question: OffloadQuestion, cards: readonly CardCandidate[], needBytes: number): Instead[] {
  const sizes = [...new Set(cards.map(({ memoryBytes }) => memoryBytes))]
    .filter((size) => size > needBytes)
    .toSorted((a, b) => a - b);
  const found = cards
    .filter(({ another, memoryBytes }) => another === true && memoryBytes > needBytes)
    .flatMap((card) => onCard(question, card) ?? []);
  const most = found.length + MOST_CARDS;
  for (const size of sizes) {
    if (found.length >= most) break;
    const one = cards
      .filter(({ memoryBytes, another }) => memoryBytes === size && another !== true)
      .toSorted((a, b) => b.bandwidthBytesPerSec - a.bandwidthBytesPerSec)
      .slice(0, TRIED)
      .map((card) => onCard(question, card))
      .find((each) => each !== undefined);
    if (one) found.push(one);
  }
  return found;
}

function onCard(
  question: OffloadQuestion,
  { name, argument, memoryBytes, request }: CardCandidate,
): Instead | undefined {
  const other = { ...question, request: request() };
  const chat = chatUse(other, WHOLE);
  if (!good(chat.now.verdict)) return undefined;
  return { kind: "card", name, flags: `--gpu ${argument}`, memoryBytes, chat, batch: batchUse(other, WHOLE) };
}
