/** An argument as a person can paste it: quoted where a shell would take it apart. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(text) ? text : `"${text.replace(/["$`\\]/g, "\\$&")}"`;
}

/** A whole command line. */
export function shellLine(program: string, args: readonly string[]): string {
  return [program, ...args].map(shellWord).join(" ");
}
