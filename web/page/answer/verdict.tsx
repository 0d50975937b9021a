import { useSignal, useSignalEffect } from "@preact/signals";
import {
  formatBytes,
  formatDuration,
  formatPace,
  formatPaceBand,
  formatTokens,
} from "../../../src/facts/units/index.ts";
import { fitSentence, marginWords, type FitNumbers } from "../../../src/plan/answer/index.ts";
import { good, type VerdictWord } from "../../../src/plan/fit/index.ts";
import { fit, whole } from "../state/questions.ts";
import { change } from "../state/store.ts";
import { typedChange } from "../state/typed-change.ts";

/** A verdict is said aloud when nothing has moved for so long. */
const CALM_MS = 700;

export const VERDICT_CLASS: Readonly<Record<VerdictWord, string>> = {
  fits: "good",
  tight: "tight",
  "runs from disk": "tight",
  "does not fit": "bad",
};

export function Verdict() {
  const { answer, problem, waiting } = fit.value;
  if (problem !== undefined)
    return (
      <section class="verdict problem-card" id="verdict" aria-labelledby="verdict-title">
        <h2 id="verdict-title">{problem.message}</h2>
        <p>{problem.hint}</p>
      </section>
    );
  if (answer === undefined) return <section class="verdict" id="verdict" aria-busy="true" />;
  return (
    <section
      class="verdict"
      id="verdict"
      aria-labelledby="verdict-title"
      aria-busy={waiting}
      data-verdict={wordOf(answer)}
    >
      <h2 id="verdict-title">
        <span class={`word ${answer.rejected ? "bad" : VERDICT_CLASS[answer.verdict.now.verdict]}`}>
          {wordOf(answer)}
        </span>{" "}
        <span class="margin">{marginOf(answer)}</span>
      </h2>
      <p class="napkin" data-testid="napkin">
        {answer.rejected ? answer.rejected.because : fitSentence(answer)}
      </p>
      <Figures answer={answer} />
      <Way answer={answer} />
    </section>
  );
}

const SECTIONS = [
  ["launch", "Run it"],
  ["settings", "Why so"],
  ["ladder", "Quantizations"],
  ["cache", "Cache"],
  ["frontier", "Throughput"],
  ["cards", "Cards"],
  ["compare", "Compare"],
] as const;

/** Where it does not fit: the best of what would, in the place that else shows the way around. */
function Way({ answer }: { readonly answer: FitNumbers }) {
  const { wouldFit = [] } = whole.value.answer ?? {};
  const [best] = wouldFit.filter(({ verdict, flags }) => good(verdict) && typedChange(flags) !== undefined);
  const made = best && typedChange(best.flags);
  if (good(answer.verdict.now.verdict) || !best || !made)
    return (
      <nav class="way" aria-label="On this page">
        {SECTIONS.map(([id, label]) => (
          <a key={id} href={`#${id}`}>
            {label}
          </a>
        ))}
      </nav>
    );
  return (
    <p class="way">
      <button type="button" class="plain" data-testid="way" onClick={() => change(made, "step")}>
        <b class={VERDICT_CLASS[best.verdict]}>{best.verdict}</b> with {best.change}
      </button>
      {wouldFit.length > 1 ? <a href="#would-fit">and {wouldFit.length - 1} more</a> : null}
    </p>
  );
}

/** What is asked for first, side by side. */
function Figures({ answer }: { readonly answer: FitNumbers }) {
  const { decode, each, firstTokenMs, promptTokens } = answer.speed;
  const { answer: found } = whole.value;
  const { longestContext, mostUsers } = found ?? {};
  const none = { decode: "bandwidth not known", other: found === undefined ? "" : "none fits" };
  const figures = [
    ["decode", decode && formatPace(decode.tokensPerSec), decode && formatPaceBand(decode.low, decode.high)],
    each
      ? ["each user", formatPace(each.tokensPerSec), "while all decode"]
      : [
          "first token",
          firstTokenMs && formatDuration(firstTokenMs.value),
          `after a prompt of ${formatTokens(promptTokens)}`,
        ],
    ["longest context", longestContext && formatTokens(longestContext), "for each user, so set"],
    ["most users", mostUsers && String(mostUsers), "each with this context"],
  ] as const;
  return (
    <dl class="figures">
      {figures.map(([label, value, note]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            <b>{value ?? "-"}</b>
            <small>
              {value === undefined ? (label === "decode" || label === "first token" ? none.decode : none.other) : note}
            </small>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function wordOf({ rejected, verdict }: FitNumbers): string {
  return rejected ? "refused" : verdict.now.verdict;
}

function marginOf({ rejected, verdict }: FitNumbers): string {
  return rejected ? rejected.reason : marginWords(verdict.now);
}

/** The same for those who listen: once it has settled, not at every step of a slider. */
export function Spoken() {
  const said = useSignal("");
  useSignalEffect(() => {
    const { answer, problem } = fit.value;
    const text = problem ? problem.message : answer ? spokenOf(answer) : "";
    const timer = window.setTimeout(() => {
      said.value = text;
    }, CALM_MS);
    return () => window.clearTimeout(timer);
  });
  return (
    <p class="unseen" role="status" aria-live="polite" data-testid="spoken">
      {said.value}
    </p>
  );
}

function spokenOf(answer: FitNumbers): string {
  const { decode } = answer.speed;
  const pace = decode === undefined ? "" : `, decodes ${formatPace(decode.tokensPerSec)}`;
  return `${answer.model.name} ${answer.model.quantization}: ${wordOf(answer)}, ${marginOf(answer)}${pace}`;
}

/** One line that stays in sight on a small screen while the question is changed. */
export function Glance() {
  const { answer, problem } = fit.value;
  if (answer === undefined || problem !== undefined) return null;
  const { decode } = answer.speed;
  const { marginBytes } = answer.verdict.now;
  return (
    <a class="glance" href="#verdict" aria-hidden="true" tabIndex={-1}>
      <span class={`word ${answer.rejected ? "bad" : VERDICT_CLASS[answer.verdict.now.verdict]}`}>
        {wordOf(answer)}
      </span>
      <span>{marginBytes < 0 ? `${formatBytes(-marginBytes)} short` : `${formatBytes(marginBytes)} left`}</span>
      <span>{decode === undefined ? "" : formatPace(decode.tokensPerSec)}</span>
    </a>
  );
}
