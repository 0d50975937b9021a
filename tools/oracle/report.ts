import { formatPercent } from "../../src/facts/units/index.ts";
import { errorOf, TERMS, type Figure, type Term } from "./compare.ts";
import type { SweepModel } from "./models.ts";
import type { Setting } from "./setting.ts";

/** One question with what came of it. */
export interface Outcome {
  readonly architecture: string;
  readonly model: SweepModel;
  readonly setting: Setting;
  readonly figures: readonly Figure[];
  /** both refused */
  readonly refused: boolean;
  /** only one refused, or the prediction has no answer */
  readonly disagreement?: string;
}

/** Counts of one term. A question about which the two disagree has no figures; it is counted apart. */
export interface Tally {
  readonly figures: number;
  readonly exact: number;
  readonly withinOnePercent: number;
}

export interface Summary {
  readonly questions: number;
  readonly refused: number;
  readonly disagreements: number;
  readonly terms: Readonly<Record<Term, Tally>>;
}

export function summarize(outcomes: readonly Outcome[]): Summary {
  const figures = outcomes.flatMap((outcome) => outcome.figures);
  const tally = (term: Term): Tally => {
    const errors = figures.filter((figure) => figure.term === term).map(errorOf);
    return {
      figures: errors.length,
      exact: errors.filter((error) => error === 0).length,
      withinOnePercent: errors.filter((error) => Math.abs(error) <= 0.01).length,
    };
  };
  return {
    questions: outcomes.length,
    refused: outcomes.filter(({ refused }) => refused).length,
    disagreements: outcomes.filter(({ disagreement }) => disagreement !== undefined).length,
    terms: {
      weights: tally("weights"),
      context: tally("context"),
      gpu: tally("gpu"),
      host: tally("host"),
      output: tally("output"),
    },
  };
}

/** The tables people read: by term, by architecture, and the worst questions in a form that can be asked again. */
export function reportText(outcomes: readonly Outcome[], worst: number): string {
  const all = summarize(outcomes);
  const lines = [
    `${all.questions} questions, ${all.refused} refused by both, ${all.disagreements} where only one refuses`,
    "",
    ...aligned([
      ["term", "figures", "exact", "", "within 1%", "", "worse"],
      ...TERMS.map((term) => termRow(all, term)),
    ]),
    "",
    ...aligned([
      ["architecture", "questions", "refused", "disagree", ...TERMS.map((term) => `${term} exact`), "gpu <= 1%"],
      ...architecturesOf(outcomes).map((name) => architectureRow(name, outcomes)),
    ]),
    "",
  ];
  return [...lines, ...worstLines(outcomes, worst)].join("\n");
}

function termRow({ terms }: Summary, term: Term): string[] {
  const { figures, exact, withinOnePercent } = terms[term];
  const share = (count: number): string => (figures === 0 ? "" : `${((100 * count) / figures).toFixed(2)}%`);
  return [
    term,
    String(figures),
    String(exact),
    share(exact),
    String(withinOnePercent),
    share(withinOnePercent),
    String(figures - withinOnePercent),
  ];
}

function architecturesOf(outcomes: readonly Outcome[]): string[] {
  return [...new Set(outcomes.map(({ architecture }) => architecture))].sort();
}

function architectureRow(name: string, outcomes: readonly Outcome[]): string[] {
  const { questions, refused, disagreements, terms } = summarize(
    outcomes.filter(({ architecture }) => architecture === name),
  );
  const exact = TERMS.map((term) => `${terms[term].exact}/${terms[term].figures}`);
  const within = `${terms.gpu.withinOnePercent}/${terms.gpu.figures}`;
  return [name, String(questions), String(refused), String(disagreements), ...exact, within];
}

function worstLines(outcomes: readonly Outcome[], count: number): string[] {
  const lines: string[] = [];
  for (const outcome of outcomes.filter(({ disagreement }) => disagreement !== undefined).slice(0, count)) {
    lines.push(`${outcome.model.id}: ${outcome.disagreement}`, `    ${questionText(outcome)}`);
  }
  const missed = outcomes
    .map((outcome) => ({ outcome, error: Math.max(0, ...outcome.figures.map((each) => Math.abs(errorOf(each)))) }))
    .filter(({ error }) => error > 0)
    .sort((a, b) => b.error - a.error)
    .slice(0, count);
  for (const { outcome } of missed) {
    const wrong = outcome.figures.filter((figure) => figure.truth !== figure.predicted);
    const figures = wrong.map((figure) => {
      const { term, place, truth, predicted } = figure;
      const off = Number.isFinite(errorOf(figure)) ? formatPercent(errorOf(figure), true) : "where nothing was";
      return `${term}[${place}] ${predicted} for ${truth} (${predicted - truth}, ${off})`;
    });
    lines.push(`${outcome.model.id}: ${figures.join("; ")}`, `    ${questionText(outcome)}`);
  }
  return lines;
}

/** What `npm run oracle -- --ask` takes. */
function questionText({ model, setting }: Outcome): string {
  return JSON.stringify({ model, setting });
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join("  ")
      .trimEnd(),
  );
}
