import { LoadoutError } from "../../../facts/errors/index.ts";
import type { QuestionFlags } from "./question-flags.ts";
import { draftFlags } from "./draft-flags.ts";
import { answerLength, cached, planFlags, runtimeFlags } from "./plan-flags.ts";
import { nearest } from "./nearest.ts";
import { rigFlags } from "./rig-flags.ts";
import { joinCounts } from "./typed-counts.ts";

interface Flag {
  readonly parse: (text: string) => unknown;
  readonly variadic: boolean;
}

const asTyped = { kind: "parsed", parse: String } as const;

/** Every flag that a question takes, by the name it is typed with. */
const FLAGS: ReadonlyMap<string, Flag & { readonly key: string }> = new Map(
  Object.entries({
    ...planFlags,
    ...runtimeFlags,
    ...rigFlags,
    ...draftFlags,
    cached,
    answer: answerLength,
    quant: asTyped,
    prompt: asTyped,
  }).flatMap(([key, flag]) =>
    flag.kind === "parsed"
      ? [
          [
            `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
            { key, parse: flag.parse, variadic: "variadic" in flag },
          ] as const,
        ]
      : [],
  ),
);

/** Flags that describe a rig: one of them in the second question, and none of the first's counts for it. */
const RIG = Object.keys(rigFlags);

/**
 * The second question of `--against`: the first with what is written differently. "MODEL --gpu B", "--context 32k", ":Q8_0" (the
 * same model in another file type). One flag of a rig replaces the whole rig.
 */
export function againstQuestion(
  text: string,
  model: string,
  flags: QuestionFlags,
): { model: string; flags: QuestionFlags } {
  const words = joinCounts(wordsOf(text));
  const named: string[] = [];
  const changed: Record<string, unknown> = {};
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]!;
    if (!word.startsWith("--")) {
      named.push(word);
      continue;
    }
    const [name = "", inline] = word.split(/=(.*)/s);
    const flag = FLAGS.get(name);
    if (!flag) throw wrong("the flags of explain", name);
    if (inline === undefined) at += 1;
    const value = inline ?? words[at];
    if (value === undefined) throw wrong(`a value behind ${name}`, "nothing");
    const parsed = flag.parse(value);
    const before = changed[flag.key];
    changed[flag.key] = flag.variadic ? [...(Array.isArray(before) ? before : []), parsed] : parsed;
  }
  const kept = Object.fromEntries(
    Object.entries(flags).filter(
      ([key]) => !RIG.includes(key) || !Object.keys(changed).some((name) => RIG.includes(name)),
    ),
  );
  const [first] = named;
  const second =
    first === undefined ? model : first.startsWith(":") ? `${withoutType(model)}${first}` : named.join(" ");
  // a file type in the second's name, or of it, is not overruled by the first's flag
  const { quant: _first, ...others } = kept;
  const quantNamed = first !== undefined;
  return { model: second, flags: { ...(quantNamed ? others : kept), ...changed } };
}

/** "qwen3-8b:Q4_K_M" without its file type; addresses and drives have colons too. */
function withoutType(model: string): string {
  return /^(.+):[A-Z][A-Za-z0-9_]+$/.exec(model)?.[1] ?? model;
}

/** Words as a shell would part them: quotes keep spaces. */
function wordsOf(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain!,
  );
}

function wrong(expected: string, got: string): LoadoutError {
  return new LoadoutError("unknown-value", {
    what: "--against",
    expected,
    got,
    nearest: nearest(got, [...FLAGS.keys()]),
  });
}
