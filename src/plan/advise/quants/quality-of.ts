import { figuresOf, QUALITY_FINDINGS, type QualityStudy, type StudiesOf } from "../../../facts/quality/index.ts";
import type { QuantQuality } from "./row.ts";

/** What is known of a scheme's loss: of the model itself, of a relative (labelled), of the scheme over several models, or nothing. */
export function qualityOf(scheme: string, { own, family }: StudiesOf): QuantQuality {
  const itself = studyOf(scheme, own);
  const study = itself ?? studyOf(scheme, family);
  if (study !== undefined) {
    const figures = figuresOf(study, scheme);
    const [best] = figures;
    const rise =
      best?.perplexity === undefined || study.base.perplexity === undefined
        ? undefined
        : best.perplexity / study.base.perplexity - 1;
    return {
      of: itself === undefined ? "its family" : "this model",
      study: study.id,
      figures,
      ...(rise === undefined ? {} : { perplexityRise: rise }),
      source: study.source,
      date: study.date,
    };
  }
  const finding = QUALITY_FINDINGS.find(({ schemes }) => schemes.includes(scheme));
  if (finding === undefined) return { of: "not known", figures: [] };
  const { says, source, date } = finding;
  return { of: "several models", figures: [], says, source, date };
}

/** The study with the most rows that has the scheme (they come in that order): its figures can be compared with the most others. */
function studyOf(scheme: string, studies: readonly QualityStudy[]): QualityStudy | undefined {
  return studies.find((study) => figuresOf(study, scheme).length > 0);
}
