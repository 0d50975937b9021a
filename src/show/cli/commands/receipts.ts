import { formatBytes, formatDuration, formatPace, formatPercent, parseCount } from "../../../facts/units/index.ts";
import { LoadoutError } from "../../../facts/errors/index.ts";
import { ANSWER_VERSION } from "../../../plan/answer/index.ts";
import { openReceipts, residualBytes, type Receipt, type ReceiptRate } from "../../../run/receipt/index.ts";
import { guarded, type CliContext } from "../context.ts";
import { homeOf } from "../machine.ts";
import { columns } from "../text/layout.ts";
import type { Style } from "../text/style.ts";

interface ReceiptsFlags {
  readonly json?: boolean;
  readonly remove?: boolean;
}

/** `loadout receipts [ID]` */
export const receipts = guarded(async function (this: CliContext, flags: ReceiptsFlags, id?: string) {
  const store = openReceipts((await homeOf(this)).folders.data, Date.now);
  try {
    if (flags.remove && id === undefined)
      throw new LoadoutError("bad-quantity", {
        what: "receipts --remove",
        expected: "the number of a receipt",
        got: "",
        example: "loadout receipts 3 --remove",
      });
    const number = id === undefined ? undefined : parseCount(id, "receipts ID", 1);
    const found = number === undefined ? store.list() : [store.show(number)];
    if (flags.remove && number !== undefined) store.remove(number);
    if (flags.json)
      this.out(
        JSON.stringify({ schema: ANSWER_VERSION, kind: "receipts", database: store.path, receipts: found }, null, 2),
      );
    else if (flags.remove && number !== undefined) this.out(`receipt ${number} removed`);
    else this.out(number === undefined ? listText(found, this.outStyle) : wholeText(found[0]!, this.outStyle));
  } finally {
    store.close();
  }
});

/** So much of a model's name goes into a line of 80 columns; the whole stands in the receipt. */
const NAME_WIDTH = 22;

function listText(list: readonly Receipt[], style: Style): string {
  if (list.length === 0) return `no receipts yet\nnext: ${style.strong("loadout")}`;
  const rows = list.map((receipt) => {
    const known = receipt.memory.filter(({ actualBytes }) => actualBytes !== undefined);
    const exact = known.filter((term) => term.exact).length;
    return [
      String(receipt.id),
      day(receipt.atMs).slice("2026-".length),
      receipt.model.name.length > NAME_WIDTH ? `${receipt.model.name.slice(0, NAME_WIDTH - 1)}…` : receipt.model.name,
      `${exact}/${known.length}`,
      ...(["decode", "prefill"] as const).map((what) =>
        ratio(receipt.rates.find((rate) => rate.what === what)).replace(" tok/s", ""),
      ),
    ];
  });
  const head = ["id", "when", "model", "exact", "decode tok/s", "prefill tok/s"].map(style.faint);
  return [...columns([head, ...rows], [0]), "", `next: ${style.strong(`loadout receipts ${list[0]!.id}`)}`].join("\n");
}

function wholeText(receipt: Receipt, style: Style): string {
  const terms = receipt.memory.map((term) => {
    const residual = residualBytes(term);
    return [
      `  ${term.place} ${term.term}`,
      term.predictedBytes === undefined ? "none" : formatBytes(term.predictedBytes),
      term.actualBytes === undefined ? "not reported" : formatBytes(term.actualBytes),
      term.exact ? style.good("exact") : residual === undefined ? "" : style.warn(`off by ${formatBytes(residual)}`),
    ];
  });
  const rates = receipt.rates.map((rate) => [
    `  ${rate.what}`,
    rate.predictedPerSec === undefined ? "none" : formatPace(rate.predictedPerSec),
    formatPace(rate.measuredPerSec),
    style.faint(`over ${rate.tokens} tokens, ${ratio(rate)}`),
  ]);
  const { engine, model, settings, times } = receipt;
  return [
    `${style.strong(`receipt ${receipt.id}`)}  ${day(receipt.atMs)}`,
    `${model.name} with ${engine.name} ${engine.version} (${engine.build}, ${engine.backend})`,
    `context ${settings.context}, sequences ${settings.sequences}, kv ${settings.cacheTypeK}, threads ${settings.threads ?? "default"}`,
    "",
    ...columns([["  term", "predicted", "measured", ""].map(style.faint), ...terms, ...rates], [1, 2]),
    ...(times
      ? [
          style.faint(
            `  loaded in ${formatDuration(times.loadMs)}, first token after ${formatDuration(times.firstTokenMs)}`,
          ),
        ]
      : []),
  ].join("\n");
}

function ratio(rate: ReceiptRate | undefined): string {
  if (!rate) return "";
  const pace = formatPace(rate.measuredPerSec);
  return rate.predictedPerSec === undefined
    ? pace
    : `${pace} (${formatPercent(rate.measuredPerSec / rate.predictedPerSec - 1, true)})`;
}

/** Day and minute, in the machine's own time. */
function day(atMs: number): string {
  const date = new Date(atMs);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
