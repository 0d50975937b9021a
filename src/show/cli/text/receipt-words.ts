/** So much of a model's name goes into a line of 80 columns; the whole stands in the receipt. */
const NAME_WIDTH = 22;

export function shortName(name: string): string {
  return name.length > NAME_WIDTH ? `${name.slice(0, NAME_WIDTH - 1)}…` : name;
}

/** Day and minute, in the machine's own time. */
export function dayAndMinute(atMs: number): string {
  const date = new Date(atMs);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
