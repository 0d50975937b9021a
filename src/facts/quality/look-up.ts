import { LLAMA_STUDIES } from "./llama.ts";
import { OTHER_STUDIES } from "./others.ts";
import { QWEN_STUDIES } from "./qwen.ts";
import type { QualityRow, QualityStudy } from "./study.ts";

export const QUALITY_STUDIES: readonly QualityStudy[] = [...LLAMA_STUDIES, ...QWEN_STUDIES, ...OTHER_STUDIES];

/** A model as the catalog calls it. */
export interface ModelOfCatalog {
  readonly id: string;
  readonly family: string;
}

/** Studies of a model itself, and those of other models of its family, whose figures are labelled as such. Most rows first. */
export interface StudiesOf {
  readonly own: readonly QualityStudy[];
  readonly family: readonly QualityStudy[];
}

export function studiesOf(model: ModelOfCatalog | undefined): StudiesOf {
  if (model === undefined) return { own: [], family: [] };
  const byRows = QUALITY_STUDIES.toSorted((a, b) => b.rows.length - a.rows.length);
  const own = byRows.filter(({ models }) => models.includes(model.id));
  return { own, family: byRows.filter((study) => study.family === model.family && !own.includes(study)) };
}

/** A study's figures of one scheme: the mix that is anybody's before single uploaders', with an importance matrix before without. */
export function figuresOf(study: QualityStudy, scheme: string): readonly QualityRow[] {
  const weight = ({ variant, importance }: QualityRow): number =>
    (variant === undefined ? 0 : 2) + (importance === false ? 1 : 0);
  return study.rows.filter((row) => row.scheme === scheme).toSorted((a, b) => weight(a) - weight(b));
}
