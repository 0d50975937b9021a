import { fillFrom, findServerCard } from "./card.ts";
import type { ServerCards, ServerRequests } from "../../../../src/predict/serving/index.ts";
import { serverModel, type ServerModel, weightBytes } from "./model.ts";
import type { ServerRow } from "./row.ts";

export interface ServerQuestion {
  readonly model: ServerModel;
  readonly cards: ServerCards;
  readonly requests: ServerRequests;
  readonly replicas: number;
  /** memory of one card, bytes */
  readonly memoryBytes: number;
}

/** Cards cannot be limited further. */
const LEAST_POWER_SHARE = 0.1;

/** Lengths of a chat, where a row does not state its own. */
const USUAL_INPUT = 512;
const USUAL_OUTPUT = 256;

/** Below this share of its board's power a card slows down: RTX 3090 keeps its rates at 300 of 350 W. */
const POWER_FREE_SHARE = 300 / 350;

/** Boards that are joined by NVLink through a switch, and what exchanges over it are measured to reach. */
const LINKED = /SXM|B200|GB200|H200/;
const LINK_BYTES_PER_SEC = 389e9;

/** What a row asks, or why it cannot be asked. Streams are 0 where the row does not state how many there are. */
export function serverQuestion(row: ServerRow): ServerQuestion | string {
  const model = serverModel(row);
  if (!model) return `no model is known by "${row.model}"`;
  const card = findServerCard(row.gpu);
  if (!card) return row.gpu === "" ? "the row names no GPU" : `no row of the device catalog is "${row.gpu}"`;
  const device = fillFrom(card);
  const { bandwidthBytesPerSec, flopsPerSec, boardWatts } = device;
  if (bandwidthBytesPerSec === undefined || flopsPerSec === undefined) return `rates of "${row.gpu}" are not known`;
  const { inputTokens = USUAL_INPUT, outputTokens = USUAL_OUTPUT } = row;
  const split = row.tensorParallel * row.pipelineParallel;
  const free = (boardWatts ?? 0) * POWER_FREE_SHARE;
  const small = weightBytes(row.quant, row.model) < 2;
  // eight-bit formats are multiplied in eight bits where the card can: twice the rate
  const eight = /fp8|int8|w8a8|fp4/i.test(row.quant) && small && /Ada|Hopper|Blackwell/.test(device.family ?? "");
  return {
    model,
    cards: {
      bytesPerSec: bandwidthBytesPerSec,
      flopsPerSec: flopsPerSec * (eight ? 2 : 1),
      powerShare:
        row.powerLimitWatts === undefined || free === 0
          ? 1
          : Math.min(1, Math.max(LEAST_POWER_SHARE, row.powerLimitWatts / free)),
      tensorParallel: row.tensorParallel,
      pipelineParallel: row.pipelineParallel,
      ...(LINKED.test(row.gpu) && { linkBytesPerSec: LINK_BYTES_PER_SEC }),
    },
    requests: {
      streams: row.concurrency ?? 0,
      inputTokens,
      outputTokens,
      // benchmarks that repeat a prompt find it in the prefix cache, which models with recurrent states do not have
      cachedShare: repeatsPrompts(row) && !model.recurrent ? 1 : 0,
    },
    replicas: Math.max(1, Math.floor(row.count / split)),
    memoryBytes: device.totalBytes ?? card.memoryBytes[0] ?? 0,
  };
}

/** The one archive that sends the same prompts again and again, but for the runs of one model, whose first tokens take as long as whole prompts. */
function repeatsPrompts(row: ServerRow): boolean {
  return row.source.startsWith("Lotto") && !row.model.includes("Laguna");
}
