/** A line of an explanation with what goes on below it, and how deep it stands. */
export interface Item {
  readonly indent: number;
  readonly text: string;
}

/** What goes on is indented by four more than what it belongs to. */
const GOES_ON = 4;

/** Lines that were broken at 80 columns made whole again; blank ones end a paragraph. */
export function itemsOf(text: string): Item[] {
  const items: { indent: number; text: string }[] = [];
  let open = false;
  for (const line of text.split("\n")) {
    const indent = line.length - line.trimStart().length;
    const last = items.at(-1);
    const trimmed = line.trim();
    if (trimmed === "") open = false;
    else if (open && last && (indent === last.indent + GOES_ON || (indent === 0 && last.indent === 0)))
      last.text += ` ${trimmed}`;
    else {
      items.push({ indent, text: trimmed });
      open = true;
    }
  }
  return items;
}
