import { useSignal } from "@preact/signals";
import { formatFileBytes, formatNumber, formatPace, formatPercent } from "../../../src/facts/units/index.ts";
import type { QuantRow } from "../../../src/plan/advise/index.ts";
import { Section, useInSight } from "../parts/section.tsx";
import { useAnswer } from "../parts/use-answer.ts";
import { fit, question } from "../state/questions.ts";
import { change } from "../state/store.ts";
import { VERDICT_CLASS } from "./verdict.tsx";

/** File types of the model, largest first: a step down is about a bit less. */
export function Ladder() {
  const { element, inSight } = useInSight();
  const shown = useAnswer("quants", question, inSight);
  const all = useSignal(false);
  const { answer, waiting, problem } = shown.value;
  const rows = (answer?.rows ?? [])
    .filter(({ kind, usual }) => kind === "gguf" && (usual || all.value))
    .toSorted((one, other) => other.bytes - one.bytes);
  const most = Math.max(1, ...rows.map(({ bytes }) => bytes));
  const taken = answer?.choices.find(({ runtime }) => runtime === "llama.cpp");
  const lead = taken === undefined ? undefined : `Take ${taken.scheme} for ${taken.for}: ${taken.because[0] ?? ""}.`;
  return (
    <Section id="ladder" title="Quantizations" lead={lead ?? " "} element={element} waiting={waiting} problem={problem}>
      <div class="table" role="group" aria-label="Quantizations" tabIndex={0}>
        <table class="ladder">
          <thead>
            <tr>
              <th scope="col">file type</th>
              <th scope="col">size</th>
              <th scope="col" class="number-column">
                bits
              </th>
              <th scope="col">verdict</th>
              <th scope="col" class="number-column">
                decode
              </th>
              <th scope="col">published loss</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Step key={row.scheme} row={row} most={most} />
            ))}
          </tbody>
        </table>
      </div>
      <button type="button" class="link" aria-expanded={all.value} onClick={() => (all.value = !all.value)}>
        {all.value ? "only the usual ones" : "all file types"}
      </button>
    </Section>
  );
}

function Step({ row, most }: { readonly row: QuantRow; readonly most: number }) {
  const { scheme, bytes, bitsPerWeight, memory, decode, quality } = row;
  const asked = fit.value.answer?.model.quantization === scheme;
  const verdict = memory?.kind === "predicted" ? memory.verdict : undefined;
  const rise = quality.perplexityRise;
  return (
    <tr {...(asked ? { "aria-current": true } : {})}>
      <th scope="row">
        <button type="button" class="link" onClick={() => change({ quant: scheme }, "step")}>
          {scheme}
        </button>
      </th>
      <td class="sized">
        <span>{formatFileBytes(bytes)}</span>
        <i aria-hidden="true" style={{ width: `${((bytes / most) * 100).toFixed(1)}%` }} />
      </td>
      <td class="number-column">{formatNumber(bitsPerWeight)}</td>
      <td class={verdict === undefined ? "" : VERDICT_CLASS[verdict]}>{verdict ?? "not known"}</td>
      <td class="number-column">{decode === undefined ? "-" : formatPace(decode.tokensPerSec)}</td>
      <td>
        {rise === undefined ? <small>not known</small> : `${formatPercent(rise, true)} perplexity`}
        {rise !== undefined && quality.of === "its family" ? <small> of its family</small> : null}
      </td>
    </tr>
  );
}
