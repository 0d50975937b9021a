const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text for HTML, in elements and in attributes. Names come from files that anybody wrote: what no page may hold is replaced. */
export function html(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** Text for a line of Markdown: nothing in it is markup, and it stays one line. */
export function markdown(text: string): string {
  return printable(text)
    .replace(/\s+/g, " ")
    .replace(/[\\`*_[\]<>|~#&]/g, (character) => `\\${character}`)
    .replace(/^(\s*\d*)([-+=.)])(?=\s|$)/, "$1\\$2")
    .replace(/:\/\//g, "\\://");
}

/** A code block's text: no fence in it is longer than the fence around it. */
export function fenced(text: string): string {
  const shown = printable(text);
  const longest = Math.max(2, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}sh\n${shown}\n${fence}`;
}

/** Without characters that control a terminal or turn the direction of what follows. */
function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]|\p{Surrogate}|[\u202a-\u202e\u2066-\u2069]/gu, "\ufffd");
}
