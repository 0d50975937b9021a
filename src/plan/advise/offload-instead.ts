import { good, type FitRequest } from "../fit/index.ts";
import type { OffloadQuestion } from "./offload-question.ts";
import type { BatchUse, ChatUse } from "./offload-rung.ts";
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

/** What avoids offload: the same placement, all on the devices, with other weights or another card. */
export interface Instead {
  readonly kind: "quantization" | "card";
  readonly name: string;
  /** flags that ask for it */
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
