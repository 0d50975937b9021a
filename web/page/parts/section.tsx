import { signal, type ReadonlySignal, type Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";

/** How far below the window a section starts to ask, pixels. */
const AHEAD = "400px";

/** Whether an element is in sight, or will soon be. */
export function useInSight<Type extends HTMLElement>() {
  const element = useRef<Type>(null);
  const inSight: Signal<boolean> = useMemo(() => signal(false), []);
  useEffect(() => {
    if (!element.current) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        inSight.value = entries.some(({ isIntersecting }) => isIntersecting);
      },
      { rootMargin: AHEAD },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return { element, inSight: inSight as ReadonlySignal<boolean> };
}

interface SectionProps {
  readonly id: string;
  readonly title: string;
  /** one line below the title */
  readonly lead?: string | undefined;
  /** an answer is on its way: what is shown is the one before */
  readonly waiting?: boolean;
  readonly children: ComponentChildren;
}

export function Section({ id, title, lead, waiting = false, children }: SectionProps) {
  return (
    <section id={id} aria-labelledby={`${id}-title`} aria-busy={waiting} class="section">
      <h2 id={`${id}-title`}>{title}</h2>
      {lead === undefined ? null : <p class="lead">{lead}</p>}
      {children}
    </section>
  );
}
