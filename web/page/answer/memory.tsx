import { formatBytes, formatExactBytes } from "../../../src/facts/units/index.ts";
import type { FitNumbers } from "../../../src/plan/answer/index.ts";
import { termOf, termsOf, type Term, type TermName } from "../../../src/plan/explain/index.ts";
import type { PlaceBalance } from "../../../src/plan/fit/index.ts";
import type { Estimate } from "../../../src/predict/estimate/index.ts";
import { Section } from "../parts/section.tsx";
import { TERM_COLOURS, TERM_NAMES } from "../parts/terms.ts";
import { fit } from "../state/questions.ts";
import { VERDICT_CLASS } from "./verdict.tsx";
import { Working } from "./working.tsx";

export function Memory() {
  const { answer, waiting } = fit.value;
  if (answer?.memory === undefined) return null;
  const places = placesOf(answer);
  // every place has a line for all of them, so that nothing moves when a slider brings one to another place
  const names = TERM_NAMES.filter((name) =>
    places.some(({ tree }) => termsOf(tree).some((term) => term.name === name)),
  );
  return (
    <Section
      id="memory"
      title="Memory"
      waiting={waiting}
      lead="Each place by what lies there. A line opens its arithmetic."
    >
      {places.map(({ balance, tree }) => (
        <Place key={balance.place} balance={balance} tree={tree} name={nameOf(balance, answer)} names={names} />
      ))}
    </Section>
  );
}

interface PlaceOf {
  readonly balance: PlaceBalance;
  readonly tree: Estimate;
}

/** Devices before the RAM. */
function placesOf({ memory, verdict }: FitNumbers): PlaceOf[] {
  const order = ({ place }: PlaceBalance) => (place === "host" ? Infinity : place);
  return verdict.now.places
    .flatMap((balance) => {
      const tree = memory?.parts?.find(({ label }) => label === balance.label);
      return tree === undefined ? [] : [{ balance, tree }];
    })
    .toSorted((a, b) => order(a.balance) - order(b.balance));
}

function nameOf({ place, label }: PlaceBalance, { rig }: FitNumbers): string {
  if (place === "host") return "RAM";
  const device = rig.devices[place];
  return device === undefined ? label : `${device.name} (${label})`;
}

interface PlaceProps extends PlaceOf {
  readonly name: string;
  /** terms that are shown, in order */
  readonly names: readonly TermName[];
}

function Place({ balance, tree, name, names }: PlaceProps) {
  const { need, needLow, needHigh, have, margin, verdict } = balance;
  const terms = termsOf(tree);
  const whole = Math.max(have, needHigh) * 1.02;
  const at = (bytes: number) => `${((bytes / whole) * 100).toFixed(2)}%`;
  const left = margin < 0 ? `${formatBytes(-margin)} short` : `${formatBytes(margin)} left`;
  return (
    <div class="place" data-testid={`place-${balance.place}`}>
      <h3>
        <span>{name}</span>
        <span class="amount">
          {formatBytes(need)} <small>of {formatBytes(have)}</small> <b class={VERDICT_CLASS[verdict]}>{left}</b>
        </span>
      </h3>
      <div class="bar" aria-hidden="true">
        {terms.map((term) => (
          <i key={term.name} style={{ width: at(term.bytes), background: `var(${TERM_COLOURS[term.name]})` }} />
        ))}
        {needHigh > needLow ? <em style={{ left: at(needLow), width: at(needHigh - needLow) }} /> : null}
        <s style={{ left: at(have) }} />
      </div>
      <ul class="terms">
        {names.map((of) => {
          const term = terms.find((one) => one.name === of);
          return term === undefined ? <Nothing key={of} name={of} /> : <TermLine key={of} term={term} tree={tree} />;
        })}
      </ul>
    </div>
  );
}

function Nothing({ name }: { readonly name: TermName }) {
  return (
    <li class="none">
      <i class="swatch" />
      <span>{name}</span>
      <span>none</span>
    </li>
  );
}

function TermLine({ term, tree }: { readonly term: Term; readonly tree: Estimate }) {
  const leaves = (tree.parts ?? []).filter(({ key, value }) => termOf(key) === term.name && value > 0);
  const low = leaves.reduce((sum, leaf) => sum + (leaf.low ?? leaf.value), 0);
  const high = leaves.reduce((sum, leaf) => sum + (leaf.high ?? leaf.value), 0);
  return (
    <li>
      <details>
        <summary>
          <i class="swatch" style={{ background: `var(${TERM_COLOURS[term.name]})` }} />
          <span class="name">{term.name}</span>
          <span class="value">{formatBytes(term.bytes)}</span>
          <span class="more">{high > low ? `${formatBytes(low)} to ${formatBytes(high)}` : "exact"}</span>
        </summary>
        {leaves.map((leaf) => (
          <Leaf key={leaf.key} leaf={leaf} />
        ))}
      </details>
    </li>
  );
}

function Leaf({ leaf }: { readonly leaf: Estimate }) {
  const interval =
    leaf.low === undefined ? "" : `, ${formatBytes(leaf.low)} to ${formatBytes(leaf.high ?? leaf.value)}`;
  return (
    <div class="working">
      <p>
        <b>{leaf.label}</b> {formatExactBytes(leaf.value)}
        {interval} <small>({leaf.provenance})</small>
      </p>
      <Working {...leaf} />
    </div>
  );
}
