import { useComputed } from "@preact/signals";
import { Figure } from "../parts/figure.tsx";
import { Section, useInSight } from "../parts/section.tsx";
import { useAnswer } from "../parts/use-answer.ts";
import { question } from "../state/questions.ts";
import { charts, chartWidth } from "./charts.ts";

/** What the cache takes by context. */
export function Cache() {
  const { element, inSight } = useInSight();
  const shown = useAnswer("kv", question, inSight);
  const answer = useComputed(() => {
    const { answer: made } = shown.value;
    return made && ([made, "auto", chartWidth.value] as const);
  });
  const { waiting, problem } = shown.value;
  return (
    <Section id="cache" title="Cache against context" element={element} waiting={waiting} problem={problem}>
      <Figure label="KV cache against context" data={answer} draw={async (of) => (await charts()).cacheChart(...of)} />
    </Section>
  );
}
