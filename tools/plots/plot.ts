import type { Theme } from "../../src/draw/index.ts";
import type { LlamaCppSettings } from "../../src/facts/runtime/index.ts";

/** One picture of a task, and the numbers and loadouts behind it. */
export interface Plot {
  /** name of its files, without ending */
  readonly name: string;
  readonly svg: (theme: Theme) => string;
  readonly data: PlotData;
}

export interface PlotData {
  readonly schema: "loadout/plot/1";
  readonly plot: string;
  readonly title: string;
  readonly description: string;
  readonly source: string;
  /** of the facts */
  readonly date: string;
  readonly notes: readonly string[];
  readonly loadouts: readonly PlotLoadout[];
  /** what is drawn: sizes in bytes, rates in tokens per second, times in the unit their names end with */
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** A choice that numbers belong to, and how the command line is asked for the same. */
export interface PlotLoadout {
  readonly id: string;
  readonly model: string;
  readonly rig: string;
  readonly runtime: string;
  readonly ask: string;
  readonly settings?: LlamaCppSettings;
}

/** What a task is told by whoever runs it. */
export interface TaskOptions {
  /** what was measured beside what is published, or simulated; absent: none */
  readonly points?: readonly MeasuredPoint[];
}

/** Somebody's measurement of one load, or a simulated one. */
export interface MeasuredPoint {
  readonly from: "published" | "receipt" | "simulated";
  /** who ran what, where it stands */
  readonly source: string;
  readonly what: string;
  readonly streams: number;
  readonly msPerToken: number;
  readonly outputPerSec: number;
  readonly outputLow?: number;
  readonly outputHigh?: number;
  readonly date?: string;
  /** where it was measured, if not on what the chart is of */
  readonly on?: { readonly model: string; readonly machine: string };
  /** what had been said before it was measured, with its 80% band, tokens a second */
  readonly predicted?: { readonly perSec: number; readonly low: number; readonly high: number };
}

export interface Task {
  readonly name: string;
  readonly about: string;
  readonly folder: string;
  readonly plots: Readonly<Record<string, (options: TaskOptions) => Promise<Plot>>>;
}

/** Six digits: what arithmetic of floats leaves behind them differs between machines. */
export function steady(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(6));
}

/** The text of a plot's JSON: the same bytes for the same data. */
export function dataText(data: PlotData): string {
  return `${JSON.stringify(data, (_, value: unknown) => (typeof value === "number" ? steady(value) : value), 1)}\n`;
}
