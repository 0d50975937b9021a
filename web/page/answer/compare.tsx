import { computed, signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import {
  formatBytes,
  formatDuration,
  formatFileBytes,
  formatPace,
  formatPaceBand,
  formatTokens,
} from "../../../src/facts/units/index.ts";
import { marginWords, type FitNumbers } from "../../../src/plan/answer/index.ts";
import type { Flags } from "../engine/index.ts";
import { Section } from "../parts/section.tsx";
import { useAnswer } from "../parts/use-answer.ts";
import { sameFlags } from "../state/flags.ts";
import { MOST_PINNED } from "../state/query.ts";
import { fit } from "../state/questions.ts";
import { ask, flags, pin, pinned, unpin } from "../state/store.ts";

import { VERDICT_CLASS } from "./verdict.tsx";

/** Questions side by side: this one and those that were kept. */
export function Compare() {
  const kept = pinned.value;
  const here = kept.some((one) => sameFlags(one, flags.value));
  const others = kept.filter((one) => !sameFlags(one, flags.value));
  const lead =
    kept.length === 0
      ? "Keep this question, change it, and both stand side by side. Up to four; the address carries them all."
      : undefined;
  return (
    <Section id="compare" title="Compare" lead={lead}>
      {others.length === 0 ? null : (
        <ul class="compared">
          <Column here answer={fit.value.answer} />
          {others.map((one) => (
            <Kept key={JSON.stringify(one)} question={one} />
          ))}
        </ul>
      )}
      <p>
        <button type="button" class="plain" disabled={here} onClick={() => pin(flags.value)}>
          {here
            ? "Kept: change it to compare"
            : kept.length < MOST_PINNED
              ? "Keep this to compare"
              : "Keep this in place of the oldest"}
        </button>
      </p>
    </Section>
  );
}

const wanted = signal(true);

function Kept({ question }: { readonly question: Flags }) {
  const asked = useMemo(() => computed(() => question), [question]);
  const place = useMemo(() => `kept ${JSON.stringify(question)}`, [question]);
  const { answer, problem } = useAnswer("numbers", asked, wanted, place).value;
  return (
    <Column called={String(question["model"])} answer={answer} problem={problem?.message}>
      <p class="actions">
        <button type="button" class="link" onClick={() => ask(question)}>
          ask this
        </button>
        <button type="button" class="link" onClick={() => unpin(question)}>
          remove
        </button>
      </p>
    </Column>
  );
}

interface ColumnProps {
  /** the one that is asked now */
  readonly here?: boolean;
  /** as it was typed, until it is answered */
  readonly called?: string;
  readonly answer: FitNumbers | undefined;
  readonly problem?: string | undefined;
  readonly children?: ComponentChildren;
}

function Column({ here = false, called = "", answer, problem, children }: ColumnProps) {
  return (
    <li>
      <h3>
        {answer === undefined ? called : `${answer.model.name} ${answer.model.quantization}`}{" "}
        {here ? <small>asked now</small> : null}
      </h3>
      {problem === undefined ? null : <p class="problem">{problem}</p>}
      {answer === undefined ? null : (
        <>
          <p class="what">{whatOf(answer)}</p>
          <p>
            <b class={answer.rejected ? "bad" : VERDICT_CLASS[answer.verdict.now.verdict]}>
              {answer.rejected ? "refused" : answer.verdict.now.verdict}
            </b>{" "}
            <small>{answer.rejected ? answer.rejected.reason : marginWords(answer.verdict.now)}</small>
          </p>
          <dl>
            {figuresOf(answer).map(([label, value, note]) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>
                  {value} {note === "" ? null : <small>{note}</small>}
                </dd>
              </div>
            ))}
          </dl>
        </>
      )}
      {children}
    </li>
  );
}

function whatOf({ rig, decisions }: FitNumbers): string {
  const value = (setting: string) => decisions.find((one) => one.setting === setting)?.value;
  const devices = rig.devices.map((device) => device.name);
  const counted = [...new Set(devices)].map((device) => {
    const count = devices.filter((other) => other === device).length;
    return count === 1 ? device : `${count} x ${device}`;
  });
  const on = counted.length === 0 ? rig.host.cpu.model : counted.join(" + ");
  const cache = value("kv type");
  const [context, users] = [Number(value("context")), Number(value("users"))];
  return `${on}, ${users === 1 ? "" : `${users} x `}${formatTokens(context)} of context${cache === undefined ? "" : ` in ${cache}`}`;
}

function figuresOf({ memory, model, speed }: FitNumbers): (readonly [label: string, value: string, note: string])[] {
  const { decode, each, firstTokenMs } = speed;
  return [
    ["memory", memory === undefined ? "-" : formatBytes(memory.value), "on all places"],
    ["file", formatFileBytes(model.fileBytes), ""],
    ...(decode === undefined
      ? []
      : [["decode", formatPace(decode.tokensPerSec), formatPaceBand(decode.low, decode.high)] as const]),
    ...(each === undefined ? [] : [["each user", formatPace(each.tokensPerSec), "all at once"] as const]),
    ...(firstTokenMs === undefined
      ? []
      : [
          ["first token", formatDuration(firstTokenMs.value), `prompt of ${formatTokens(speed.promptTokens)}`] as const,
        ]),
  ];
}
