import type { Flag, FlagTable } from "./flag.ts";

/** One argument that the program would not take. */
export interface FlagProblem {
  /** position in the arguments, from 0 */
  readonly at: number;
  readonly argument: string;
  readonly because: string;
}

/** Checks arguments against the flags of a build; no problem = the program takes every one of them. */
export function checkArguments(args: readonly string[], table: FlagTable): FlagProblem[] {
  const known = new Map(table.flags.flatMap((flag) => flag.names.map((name) => [name, flag] as const)));
  const problems: FlagProblem[] = [];
  for (let at = 0; at < args.length; at++) {
    const argument = args[at]!;
    const flag = known.get(argument);
    const say = (because: string) => problems.push({ at, argument, because });
    if (flag === undefined) {
      const isFlag = argument.startsWith("-");
      say(isFlag ? `${table.build} has no such flag` : "a flag was expected here");
      // what stands behind an unknown flag is most likely its value
      if (isFlag && args[at + 1]?.startsWith("-") === false) at++;
      continue;
    }
    if (flag.removed) say(`${table.build} only says that it was removed`);
    const wants = flag.value === "nothing" ? 0 : flag.value === "two texts" ? 2 : 1;
    const values = args.slice(at + 1, at + 1 + wants);
    if (values.length < wants) say(`it takes ${wants === 1 ? "a value" : "two values"}`);
    else if (wants > 0 && !takes(flag, values[0]!)) say(`it takes ${expected(flag)}, not "${values[0]!}"`);
    at += wants;
  }
  return problems;
}

function takes({ value }: Flag, given: string): boolean {
  if (value === "number") return given.trim() !== "" && Number.isFinite(Number(given));
  return typeof value === "string" || value.includes(given);
}

function expected({ value }: Flag): string {
  return typeof value === "string" ? `a ${value}` : `one of ${value.join(", ")}`;
}

/** The table of the newest build not after this one; undefined before the first that is known. */
export function flagsOf(tables: readonly FlagTable[], number: number): FlagTable | undefined {
  return tables.findLast((table) => table.number <= number);
}
