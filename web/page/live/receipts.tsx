import { signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { formatNumber, formatPercent } from "../../../src/facts/units/index.ts";
import { type Receipt, type ReceiptRate, residualBytes } from "../../../src/run/receipt/receipt.ts";
import { differenceOf } from "./residuals.tsx";
import { messageIn } from "./stream.ts";
import { Wide } from "./wide.tsx";

/** shown before somebody asks for all */
const FEW = 8;

type Asked =
  | { readonly kind: "asking" }
  | { readonly kind: "known"; readonly receipts: readonly Receipt[] }
  | { readonly kind: "failed"; readonly message: string };

/** Runs of this machine: what was predicted and what happened. */
export function Receipts({ changed }: { readonly changed: number }) {
  const asked = useMemo(() => signal<Asked>({ kind: "asking" }), []);
  const all = useMemo(() => signal(false), []);
  useEffect(() => {
    const gone = new AbortController();
    readReceipts(gone.signal).then(
      (receipts) => (asked.value = { kind: "known", receipts }),
      (error: unknown) => {
        if (gone.signal.aborted) return;
        asked.value = { kind: "failed", message: error instanceof Error ? error.message : String(error) };
      },
    );
    return () => gone.abort();
  }, [changed]);
  const { value } = asked;
  if (value.kind === "asking") return <p class="live-quiet live-reserved">Reading receipts ...</p>;
  if (value.kind === "failed") return <p class="bad">Receipts: {value.message}</p>;
  const { receipts } = value;
  if (receipts.length === 0)
    return (
      <p class="live-quiet">
        No receipts yet: <code>loadout</code> and <code>loadout serve</code> keep one of each run.
      </p>
    );
  return (
    <>
      <Wide name="Receipts">
        <table class="live-receipts">
          <caption>Predicted and measured, newest first. {receipts.length} kept on this machine</caption>
          <thead>
            <tr>
              <th scope="col">Run</th>
              <th scope="col">Model</th>
              <th scope="col">Engine</th>
              <th scope="col" class="number-column">
                Memory
              </th>
              <th scope="col" class="number-column">
                Tokens/s
              </th>
              <th scope="col" class="number-column">
                Prompt tokens/s
              </th>
            </tr>
          </thead>
          <tbody>
            {(all.value ? receipts : receipts.slice(0, FEW)).map((receipt) => (
              <Row key={receipt.id} receipt={receipt} />
            ))}
          </tbody>
        </table>
      </Wide>
      {receipts.length > FEW ? (
        <button type="button" aria-expanded={all.value} onClick={() => (all.value = !all.value)}>
          {all.value ? "Fewer" : `All ${receipts.length}`}
        </button>
      ) : null}
    </>
  );
}

function Row({ receipt }: { readonly receipt: Receipt }) {
  const { id, atMs, model, engine, rates } = receipt;
  const at = new Date(atMs);
  return (
    <tr>
      <th scope="row">
        {id}{" "}
        <small>
          <time dateTime={at.toISOString()}>{at.toLocaleString([], { dateStyle: "medium", timeStyle: "short" })}</time>
        </small>
      </th>
      <td>
        {model.name} <small>{model.quantization ?? ""}</small>
      </td>
      <td>
        {engine.name} <small>{engine.backend}</small>
      </td>
      <td class="number-column">{memoryOf(receipt)}</td>
      <td class="number-column">{rateOf(rates.find(({ what }) => what === "decode"))}</td>
      <td class="number-column">{rateOf(rates.find(({ what }) => what === "prefill"))}</td>
    </tr>
  );
}

/** "exact", or the largest difference of a term */
function memoryOf({ memory }: Receipt): string {
  const known = memory.flatMap((term) => {
    const residual = residualBytes(term);
    return residual === undefined ? [] : [residual];
  });
  if (known.length === 0) return "not said";
  const worst = known.reduce((most, residual) => (Math.abs(residual) > Math.abs(most) ? residual : most), 0);
  return worst === 0 ? `exact, ${known.length} terms` : `${differenceOf(worst, false)} at most`;
}

function rateOf(rate: ReceiptRate | undefined): string {
  if (rate === undefined) return "";
  const { measuredPerSec, predictedPerSec } = rate;
  if (predictedPerSec === undefined) return formatNumber(measuredPerSec);
  const off = predictedPerSec / measuredPerSec - 1;
  const said =
    Math.abs(off) < 0.005 ? "as predicted" : `predicted ${off > 0 ? "+" : "-"}${formatPercent(Math.abs(off))}`;
  return `${formatNumber(measuredPerSec)}, ${said}`;
}

async function readReceipts(gone: AbortSignal): Promise<readonly Receipt[]> {
  const response = await fetch("api/receipts", { signal: gone });
  const body: { receipts: readonly Receipt[] } = await response.json();
  if (!response.ok) throw new Error(messageIn(body));
  return body.receipts;
}
