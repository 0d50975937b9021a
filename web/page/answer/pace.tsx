import {
  formatDuration,
  formatNumber,
  formatPace,
  formatPaceBand,
  formatPercent,
  formatTokens,
} from "../../../src/facts/units/index.ts";
import type { FitNumbers, SpeedFacts } from "../../../src/plan/answer/index.ts";
import { READING } from "../../../src/plan/fit/index.ts";
import type { Pace as Rate } from "../../../src/predict/speed/index.ts";
import type { ComponentChildren } from "preact";
import { Section } from "../parts/section.tsx";
import { fit } from "../state/questions.ts";
import { rigKind, rigOfKind } from "../state/rig-choice.ts";
import { change, flags } from "../state/store.ts";
import { Working } from "./working.tsx";

interface Span {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export function Pace() {
  const { answer, waiting } = fit.value;
  if (answer === undefined) return null;
  const { speed } = answer;
  return (
    <Section
      id="pace"
      title="Pace"
      waiting={waiting}
      lead="The bar is the 80% band; the upright line on the left is the pace of reading."
    >
      {speed.documents !== undefined ? (
        <Documents {...speed.documents} />
      ) : speed.decode === undefined ? (
        <Unknown speed={speed} />
      ) : (
        <Lines answer={answer} />
      )}
    </Section>
  );
}

function Lines({ answer }: { readonly answer: FitNumbers }) {
  const { speed, coldLoad, media } = answer;
  const prompt = formatTokens(speed.promptTokens);
  const encoding = media?.encodeMs ? ` + ${formatDuration(media.encodeMs.value)} of encoding` : "";
  const users = Number(answer.decisions.find(({ setting }) => setting === "users")?.value ?? 1);
  return (
    <ul class="paces">
      <PaceLine name="decode" note="one user alone, empty context" pace={speed.decode} />
      <PaceLine name="context full" note="one user alone" pace={speed.decodeFull} />
      <PaceLine name={`each of ${users}`} note="all at once, contexts full" pace={speed.each} />
      <PaceLine
        name="prefill"
        note={`a prompt of ${prompt}${media ? `, ${formatTokens(media.tokens)} of them images and sound` : ""}`}
        pace={speed.prefill}
      />
      <TimeLine name="first token" note={`${promptWords(speed)}, nothing cached`} span={speed.firstTokenMs}>
        {speed.prefill === undefined ? null : (
          <Working
            formula={`${prompt} tokens / ${formatPace(speed.prefill.tokensPerSec)}${encoding}`}
            because="the first token comes with the last step of the prompt"
          />
        )}
      </TimeLine>
      <TimeLine
        name="first token, cached"
        note={`${formatPercent(speed.cached?.share ?? 0)} of the prompt cached`}
        span={speed.cached?.firstTokenMs}
      >
        {speed.cached === undefined ? null : (
          <Working
            formula={`${formatTokens(speed.cached.computedTokens)} tokens / ${formatPace(speed.cached.prefill.tokensPerSec)}`}
            because="only what is not cached is computed"
          />
        )}
      </TimeLine>
      <TimeLine name="last token" note={`of an answer of ${formatTokens(speed.answerTokens ?? 0)}`} span={speed.endMs}>
        {speed.decodeAnswer === undefined ? null : (
          <Working
            formula={`first token + ${formatTokens((speed.answerTokens ?? 1) - 1)} steps / ${formatPace(speed.decodeAnswer.tokensPerSec)}`}
            because="at the pace halfway through the answer"
          />
        )}
      </TimeLine>
      {coldLoad === undefined ? null : (
        <TimeLine
          name="cold load"
          note="the file read once"
          span={{ value: coldLoad.ms, low: coldLoad.ms, high: coldLoad.ms }}
        >
          <Working because={coldLoad.source} />
        </TimeLine>
      )}
    </ul>
  );
}

/** Of a model that writes nothing: the texts it reads. */
function Documents({ what, tokens, perSec, eachMs, reading }: NonNullable<SpeedFacts["documents"]>) {
  const rate = (value: number) => formatNumber(value);
  return (
    <ul class="paces">
      <Line
        name={what}
        note={`a second, of ${formatTokens(tokens)} tokens each`}
        value={`${rate(perSec.value)}/s`}
        band={`${rate(perSec.low)} to ${rate(perSec.high)}/s`}
        span={perSec}
        axis={RATES}
      >
        <Working formula={`${formatPace(reading.tokensPerSec)} / ${tokens} tokens`} />
      </Line>
      <PaceLine name="read" note="tokens of texts" pace={reading} />
      <TimeLine name="one alone" note="from its first token to its result" span={eachMs}>
        <Working formula={`${tokens} tokens / ${formatPace(reading.tokensPerSec)}`} />
      </TimeLine>
    </ul>
  );
}

/** Where only the memory of a card is known, its name is what is missing. */
function Unknown({ speed }: { readonly speed: SpeedFacts }) {
  return (
    <>
      <p>{speed.unknown}</p>
      {rigKind(flags.value) === "memory" ? (
        <p>
          <button type="button" class="plain" onClick={() => change(rigOfKind("cards"), "step")}>
            Name the card
          </button>
        </p>
      ) : null}
    </>
  );
}

function promptWords({ promptTokens }: SpeedFacts): string {
  return `after a prompt of ${formatTokens(promptTokens)}`;
}

/** Ends of the axes that bands are drawn on: tokens per second, milliseconds; both logarithmic. */
const RATES = [2, 5000] as const;
const TIMES = [10, 200_000] as const;

function PaceLine({
  name,
  note,
  pace,
}: {
  readonly name: string;
  readonly note: string;
  readonly pace: Rate | undefined;
}) {
  if (pace === undefined) return null;
  const { tokensPerSec, low, high, bound, shareOfLimit, provenance, formula, derived = [] } = pace;
  return (
    <Line
      name={name}
      note={note}
      value={formatPace(tokensPerSec)}
      band={formatPaceBand(low, high)}
      span={{ value: tokensPerSec, low, high }}
      axis={RATES}
      mark={READING.decodePerSec}
    >
      <div class="working">
        <Working
          formula={formula}
          lowFormula={`${formatPace(tokensPerSec)} / ${formatNumber(tokensPerSec / low)}`}
          highFormula={`${formatPace(tokensPerSec)} x ${formatNumber(high / tokensPerSec)}`}
          because={`${bound}-bound, ${formatPercent(shareOfLimit)} of the limit (${provenance})`}
        />
        {derived.map((one) => (
          <div key={one.label}>
            <p>
              <b>{one.label}</b> {one.value}
            </p>
            <Working
              {...(one.formula === undefined ? {} : { formula: one.formula })}
              {...(one.because === undefined ? {} : { because: one.because })}
            />
          </div>
        ))}
      </div>
    </Line>
  );
}

interface TimeLineProps {
  readonly name: string;
  readonly note: string;
  readonly span: Span | undefined;
  readonly children: ComponentChildren;
}

function TimeLine({ name, note, span, children }: TimeLineProps) {
  if (span === undefined) return null;
  const band = span.high > span.low ? `${formatDuration(span.low)} to ${formatDuration(span.high)}` : "";
  return (
    <Line name={name} note={note} value={formatDuration(span.value)} band={band} span={span} axis={TIMES}>
      <div class="working">{children}</div>
    </Line>
  );
}

interface LineProps {
  readonly name: string;
  readonly note: string;
  readonly value: string;
  readonly band: string;
  readonly span: Span;
  readonly axis: readonly [number, number];
  readonly mark?: number;
  readonly children: ComponentChildren;
}

function Line({ name, note, value, band, span, axis, mark, children }: LineProps) {
  const [from, to] = axis;
  const at = (one: number) => Math.min(100, Math.max(0, (Math.log(one / from) / Math.log(to / from)) * 100));
  return (
    <li data-testid={`pace-${name.replaceAll(/\W+/g, "-")}`}>
      <details>
        <summary>
          <span class="name">
            {name} <small>{note}</small>
          </span>
          <span class="value">{value}</span>
          <span class="track" aria-hidden="true">
            {mark === undefined ? null : <s style={{ left: `${at(mark)}%` }} />}
            <i style={{ left: `${at(span.low)}%`, width: `${Math.max(0.5, at(span.high) - at(span.low))}%` }} />
            <b style={{ left: `${at(span.value)}%` }} />
          </span>
          <span class="more">{band}</span>
        </summary>
        {children}
      </details>
    </li>
  );
}
