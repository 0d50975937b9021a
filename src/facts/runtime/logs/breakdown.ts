/** A row of the table that llama-server prints before loading (a dry run) and at exit; whole MiB, cut off. */
export interface BreakdownRow {
  readonly name: string;
  readonly selfMiB: number;
  readonly modelMiB: number;
  readonly contextMiB: number;
  readonly computeMiB: number;
  /** devices only */
  readonly totalMiB?: number;
  readonly freeMiB?: number;
}

/**
 * `|   - Host  |  176 = 92 + 68 + 15  |` for memory of the host, and for a device
 * `|   - CUDA0 (name) | total = free + (self = model + context + compute) + unaccounted |`.
 */
export function readBreakdown(text: string): BreakdownRow | undefined {
  const cells = /\|\s+- (.+?)\s*\|(.*)\|/.exec(text);
  if (!cells) return undefined;
  const name = cells[1]!;
  const device = /^\s*(\d+) =\s*(\d+) \+ \(\s*(\d+) =\s*(\d+) \+\s*(\d+) \+\s*(\d+)\)/.exec(cells[2]!);
  if (device) {
    const [totalMiB, freeMiB, selfMiB, modelMiB, contextMiB, computeMiB] = numbers(device);
    return {
      name,
      selfMiB: selfMiB!,
      modelMiB: modelMiB!,
      contextMiB: contextMiB!,
      computeMiB: computeMiB!,
      totalMiB: totalMiB!,
      freeMiB: freeMiB!,
    };
  }
  const host = /^\s*(\d+) =\s*(\d+) \+\s*(\d+) \+\s*(\d+)/.exec(cells[2]!);
  if (!host) return undefined;
  const [selfMiB, modelMiB, contextMiB, computeMiB] = numbers(host);
  return { name, selfMiB: selfMiB!, modelMiB: modelMiB!, contextMiB: contextMiB!, computeMiB: computeMiB! };
}

function numbers(match: RegExpExecArray): number[] {
  return match.slice(1).map(Number);
}
