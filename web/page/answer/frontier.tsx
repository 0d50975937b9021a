import { useComputed } from "@preact/signals";
import { Figure } from "../parts/figure.tsx";
import { Section, useInSight } from "../parts/section.tsx";
import { useAnswer } from "../parts/use-answer.ts";
import { question } from "../state/questions.ts";
import { charts, chartWidth } from "./charts.ts";

/** Throughput of all against the pace of each. */
export function Frontier() {
  const { element, inSight } = useInSight();
  const shown = useAnswer("frontier", question, inSight);
  const answer = useComputed(() => {
    const { answer: made } = shown.value;
    return made && ([made, "auto", chartWidth.value] as const);
  });
  const { waiting, problem } = shown.value;
  return (
    <Section id="frontier" title="Throughput against pace" element={element} waiting={waiting} problem={problem}>
      <Figure label="Frontier" data={answer} draw={async (of) => (await charts()).frontierChart(...of)} />
    </Section>
  );
}
