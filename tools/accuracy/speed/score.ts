import { decodePace, type Pace, type PaceInput, prefillPace } from "../../../src/predict/speed/index.ts";
import type { Fields } from "../fields.ts";
import type { RowTerm } from "../score.ts";
import { fitFor } from "./fold-fits.ts";
import { peerRates } from "./peers.ts";
import { paceQuestion } from "./question.ts";
import { questionKey, type SpeedRow, speedRow } from "./row.ts";
import { LOCALSCORE_DEPTH, LOCALSCORE_PROMPT, testKind } from "./test-name.ts";

/** A row of llamacpp-speed*.jsonl: its rate, by the fold that left its device out where the row was used in the fit. */
export function scoreLlamaCppSpeed(fields: Fields): RowTerm[] {
  const raw = fields.raw();
  const row = speedRow(raw);
  const refuse = (refused: string): RowTerm[] => [
    { term: "tps", truth: row.tokensPerSec, predicted: null, refused, group: groupOf(row) },
  ];
  if (row.tokensPerSec <= 0) return refuse("the row has no rate");
  const question = paceQuestion(row);
  if (typeof question === "string") return refuse(question);
  const pace = paceOf(row, { ...question, fit: fitFor(questionKey(raw), row.device) });
  if (typeof pace === "string") return refuse(pace);
  return [
    {
      term: "tps",
      truth: row.tokensPerSec,
      predicted: pace.tokensPerSec,
      low: pace.low,
      high: pace.high,
      refused: null,
      group: groupOf(row),
      peers: peerRates(question, testKind(row.test)?.kind ?? "decode"),
    },
  ];
}

type Rates = Pick<Pace, "tokensPerSec" | "low" | "high">;

/** "pp512+tg128": a prompt and an answer, one rate over both. */
function paceOf(row: SpeedRow, question: PaceInput): Rates | string {
  const both = /^pp(\d+)\+tg(\d+)/.exec(row.test);
  if (both) {
    const [prompt, answer] = [Number(both[1]), Number(both[2])];
    const parts = [prefillPace(question, prompt), decodePace(question, prompt + answer / 2)] as const;
    const [prefill, decode] = parts;
    if (!prefill || !decode) return "a device has no bandwidth";
    const rate = (of: "tokensPerSec" | "low" | "high") =>
      (prompt + answer) / (prompt / prefill[of] + answer / decode[of]);
    return { tokensPerSec: rate("tokensPerSec"), low: rate("low"), high: rate("high") };
  }
  const test = testKind(row.test);
  if (!test) return `a test called "${row.test}" is neither a prompt nor an answer`;
  const { tokens = test.mix ? LOCALSCORE_PROMPT : 512 } = test;
  const depth = test.mix ? LOCALSCORE_DEPTH : row.depth;
  const pace =
    test.kind === "decode"
      ? decodePace(question, test.mix ? depth : depth + Math.floor((test.tokens ?? 0) / 2))
      : prefillPace(question, tokens, depth);
  if (!pace) return "a device has no bandwidth";
  return test.kind === "prefill" && row.microBatch === undefined ? upToOneStep(pace, question, tokens, depth) : pace;
}

/**
 * A micro-batch that is not stated is the program's default, 512, or one that was typed and not told. Where copying host weights
 * decides, once a micro-batch, the band reaches up to one step for all.
 */
function upToOneStep(pace: Pace, question: PaceInput, tokens: number, depth: number): Rates {
  if (pace.bound !== "link") return pace;
  const { high = 0 } = prefillPace({ ...question, microBatch: tokens }, tokens, depth) ?? {};
  return { ...pace, high: Math.max(pace.high, high) };
}

/** Where a row's figures are counted: back end, device and kind. */
function groupOf(row: SpeedRow): NonNullable<RowTerm["group"]> {
  const kind = testKind(row.test)?.kind ?? "decode";
  return {
    kind,
    backend: row.backend,
    device: row.deviceCount > 1 ? `${row.deviceCount}x ${row.device}` : row.device,
    question: [row.model, row.quant, row.test, row.flashAttention].join("|"),
    source: row.source,
  };
}
