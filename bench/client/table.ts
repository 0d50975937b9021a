// One line for each thing that must hold.
export interface Row {
  readonly what: string;
  readonly measured: string;
  readonly wanted: string;
  readonly holds: boolean;
}

/** Prints rows as they come and keeps them; a missed one makes the program end with 1. */
export class Table {
  readonly rows: Row[] = [];

  add(what: string, measured: string, wanted: string, holds: boolean): void {
    this.rows.push({ what, measured, wanted, holds });
    if (!holds) process.exitCode = 1;
    console.log(`${what.padEnd(44)} ${measured.padEnd(42)} ${wanted.padEnd(24)} ${holds ? "holds" : "MISSED"}`);
  }

  /** What is told beside it and is no target. */
  note(what: string, text: string): void {
    console.log(`${what.padEnd(44)} ${text}`);
  }
}

export function ms(value: number | undefined, signed = false): string {
  return value === undefined ? "-" : `${signed && value >= 0 ? "+" : ""}${value.toFixed(2)} ms`;
}
