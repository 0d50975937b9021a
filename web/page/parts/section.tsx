import { signal, type ReadonlySignal } from "@preact/signals";
import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Problem } from "../state/answers.ts";

/** How far below the window a section starts to ask. */
const AHEAD = "300px";

/** Whether an element is in sight, or will soon be. */
export function useInSight(): {
  readonly element: RefObject<HTMLElement | null>;
  readonly inSight: ReadonlySignal<boolean>;
} {
  const element = useRef<HTMLElement>(null);
  const inSight = useMemo(() => signal(false), []);
  useEffect(() => {
    if (!element.current) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        inSight.value = entries.at(-1)?.isIntersecting === true;
      },
      { rootMargin: AHEAD },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [inSight]);
  return { element, inSight };
}

interface SectionProps {
  readonly id: string;
  readonly title: string;
  /** one line below the title */
  readonly lead?: string | undefined;
  /** an answer is on its way: what is shown is the one before */
  readonly waiting?: boolean;
  readonly problem?: Problem | undefined;
  readonly element?: RefObject<HTMLElement | null>;
  readonly children: ComponentChildren;
}

export function Section({ id, title, lead, waiting = false, problem, element, children }: SectionProps) {
  return (
    <section
      id={id}
      aria-labelledby={`${id}-title`}
      aria-busy={waiting}
      class="section"
      {...(element ? { ref: element } : {})}
    >
      <h2 id={`${id}-title`}>{title}</h2>
      {lead === undefined ? null : <p class="lead">{lead}</p>}
      {problem === undefined ? children : <p class="hint">{problem.message}</p>}
    </section>
  );
}
