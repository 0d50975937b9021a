import { formatBytes, formatPace } from "../../../src/facts/units/index.ts";
import { good, type Alternative } from "../../../src/plan/fit/index.ts";
import { Section } from "../parts/section.tsx";
import { whole } from "../state/questions.ts";
import { change } from "../state/store.ts";
import { typedChange } from "../state/typed-change.ts";
import { VERDICT_CLASS } from "./verdict.tsx";

/** What would make it fit, or fit better: each a button that asks it. */
export function WouldFit() {
  const { answer, waiting } = whole.value;
  if (answer === undefined || answer.wouldFit.length === 0) return null;
  const fits = good(answer.verdict.now.verdict);
  const title =
    !fits && answer.wouldFit.some(({ verdict }) => good(verdict)) ? "What would make it fit" : "What would help";
  return (
    <Section id="would-fit" title={title} waiting={waiting}>
      <ul class="alternatives">
        {answer.wouldFit.map((one) => (
          <Line key={one.change} alternative={one} />
        ))}
      </ul>
    </Section>
  );
}

function Line({ alternative }: { readonly alternative: Alternative }) {
  const { change: words, flags, verdict, savedBytes, decodePerSec } = alternative;
  const made = typedChange(flags);
  const details = [
    ...(savedBytes > 0 ? [`saves ${formatBytes(savedBytes)}`] : []),
    ...(decodePerSec === undefined ? [] : [formatPace(decodePerSec)]),
  ].join(", ");
  const said = (
    <>
      <b class={VERDICT_CLASS[verdict]}>{verdict}</b> <span>{words}</span> <small>{details}</small>
    </>
  );
  return (
    <li>
      {made === undefined ? (
        <div>
          {said} {flags === "" ? null : <code>{flags}</code>}
        </div>
      ) : (
        <button type="button" onClick={() => change(made, "step")}>
          {said}
        </button>
      )}
    </li>
  );
}
