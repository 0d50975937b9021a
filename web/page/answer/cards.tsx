import { useSignal } from "@preact/signals";
import { formatBytes, formatPace, formatRate } from "../../../src/facts/units/index.ts";
import type { CardRow } from "../../../src/plan/answer/index.ts";
import { Section, useInSight } from "../parts/section.tsx";
import { useAnswer } from "../parts/use-answer.ts";
import { question } from "../state/questions.ts";
import { rigOfKind } from "../state/rig-choice.ts";
import { change } from "../state/store.ts";
import { VERDICT_CLASS } from "./verdict.tsx";

const SHOWN = 8;
const GIB = 2 ** 30;

/** Devices for this question: what holds it first, then bandwidth, then arithmetic. */
export function Cards() {
  const { element, inSight } = useInSight();
  const shown = useAnswer("cards", question, inSight);
  const all = useSignal(false);
  const { answer, waiting, problem } = shown.value;
  const ranked = answer === undefined ? [] : answer.rows.length > 0 ? answer.rows : answer.behind;
  const rows = all.value ? ranked : ranked.slice(0, SHOWN);
  const lead = "Which card for this: capacity first, then bandwidth, then arithmetic.";
  return (
    <Section id="cards" title="Cards" lead={lead} element={element} waiting={waiting} problem={problem}>
      <div class="table" role="group" aria-label="Cards ranked" tabIndex={0}>
        <table class="ranked">
          <thead>
            <tr>
              <th scope="col">device</th>
              <th scope="col" class="number-column">
                memory
              </th>
              <th scope="col" class="number-column">
                bandwidth
              </th>
              <th scope="col">verdict</th>
              <th scope="col" class="number-column">
                decode
              </th>
              <th scope="col" class="number-column">
                prefill
              </th>
              <th scope="col" class="number-column">
                load
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Card key={`${row.count} ${row.id}`} row={row} />
            ))}
          </tbody>
        </table>
      </div>
      {ranked.length > SHOWN ? (
        <button type="button" class="link" aria-expanded={all.value} onClick={() => (all.value = !all.value)}>
          {all.value ? "only the first" : `all ${ranked.length} that are ranked`}
        </button>
      ) : null}
    </Section>
  );
}

function Card({ row }: { readonly row: CardRow }) {
  const { name, count, memoryBytes, bandwidthBytesPerSec, verdict, decode, prefill, loadWatts } = row;
  return (
    <tr>
      <th scope="row">
        <button
          type="button"
          class="link"
          onClick={() => change({ ...rigOfKind("cards"), gpu: [typedCard(row)] }, "step")}
        >
          {count === 1 ? name : `${count} x ${name}`}
        </button>
      </th>
      <td class="number-column">{formatBytes(count * memoryBytes)}</td>
      <td class="number-column">{bandwidthBytesPerSec === undefined ? "-" : formatRate(bandwidthBytesPerSec)}</td>
      <td class={VERDICT_CLASS[verdict]}>{verdict}</td>
      <td class="number-column">{decode === undefined ? "-" : formatPace(decode.tokensPerSec)}</td>
      <td class="number-column">{prefill === undefined ? "-" : formatPace(prefill.tokensPerSec)}</td>
      <td class="number-column">{loadWatts === undefined ? "-" : `${Math.round(loadWatts)} W`}</td>
    </tr>
  );
}

/** As it is typed: the row's own command says it. */
function typedCard({ command, id, count, memoryBytes }: CardRow): string {
  const [, typed] = /--gpu (\S+)/.exec(command) ?? [];
  return typed ?? `${count === 1 ? "" : `${count}x`}${id}:${memoryBytes / GIB}GB`;
}
