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

/** Studies of a model itself, else of the nearest model of its family: then the figures are another model's. */
export interface StudiesOf {
  readonly of: "this model" | "its family" | "none";
  readonly studies: readonly QualityStudy[];
}

export function studiesOf(model: ModelOfCatalog | undefined): StudiesOf {
  if (model === undefined) return { of: "none", studies: [] };
  const own = QUALITY_STUDIES.filter(({ models }) => models.includes(model.id));
  if (own.length > 0) return { of: "this model", studies: own };
  const [near] = QUALITY_STUDIES.filter(({ family }) => family === model.family).toSorted(
    (a, b) => b.rows.length - a.rows.length,
  );
  return near ? { of: "its family", studies: [near] } : { of: "none", studies: [] };
}

/** A study's figures of one scheme: the mix that is anybody's before single uploaders', with an importance matrix before without. */
export function figuresOf(study: QualityStudy, scheme: string): readonly QualityRow[] {
  const weight = ({ variant, importance }: QualityRow): number =>
    (variant === undefined ? 0 : 2) + (importance === false ? 1 : 0);
  return study.rows.filter((row) => row.scheme === scheme).toSorted((a, b) => weight(a) - weight(b));
}
