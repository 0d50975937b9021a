import { computed, type ReadonlySignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { Answers, Flags } from "../engine/index.ts";
import { answering, type Shown } from "../state/answers.ts";
import type { ShownKind } from "../state/taken.ts";

/** An answer that is asked for while it is wanted. `place`: see {@link answering}. */
export function useAnswer<K extends ShownKind>(
  kind: K,
  question: ReadonlySignal<Flags | undefined>,
  wanted: ReadonlySignal<boolean>,
  place?: string,
): ReadonlySignal<Shown<Answers[K]>> {
  const { shown, end } = useMemo(
    () =>
      answering(
        kind,
        computed(() => (wanted.value ? question.value : undefined)),
        place,
      ),
    [kind, question, wanted, place],
  );
  useEffect(() => end, [end]);
  return shown;
}
