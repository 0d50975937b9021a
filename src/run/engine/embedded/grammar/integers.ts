/** GBNF for whole numbers from `low` to `high`, both included; infinity: no bound. JSON writes no leading zeros. */
export function integerRule(low: number, high: number): string {
  const least = Math.ceil(low);
  const most = Math.floor(high);
  const parts: string[] = [];
  if (least < 0) {
    const negative = positives(most < 0 ? -most : 1, -least);
    if (negative !== "") parts.push(`"-" (${negative})`);
  }
  if (least <= 0 && most >= 0) parts.push('"0"');
  if (most > 0) parts.push(positives(Math.max(1, least), most));
  return parts.filter((part) => part !== "").join(" | ");
}

/** Numbers of 1 and more. */
function positives(low: number, high: number): string {
  if (high < low) return "";
  const parts: string[] = [];
  const digits = String(low).length;
  if (high === Number.POSITIVE_INFINITY) {
    parts.push(...sameLength(String(low), "9".repeat(digits)), `[1-9] [0-9]{${digits},15}`);
    return parts.join(" | ");
  }
  for (let length = digits; length <= String(high).length; length += 1) {
    const from = length === digits ? String(low) : `1${"0".repeat(length - 1)}`;
    const to = length === String(high).length ? String(high) : "9".repeat(length);
    parts.push(...sameLength(from, to));
  }
  return parts.join(" | ");
}

/** Numbers between two of the same number of digits. */
function sameLength(low: string, high: string): string[] {
  if (low === "") return [""];
  const rest = low.length - 1;
  const first = low[0]!;
  const last = high[0]!;
  if (first === last) return sameLength(low.slice(1), high.slice(1)).map((part) => join(`"${first}"`, part));
  const parts = sameLength(low.slice(1), "9".repeat(rest)).map((part) => join(`"${first}"`, part));
  const middle = [String(Number(first) + 1), String(Number(last) - 1)] as const;
  if (Number(middle[0]) <= Number(middle[1]))
    parts.push(join(`[${middle[0]}-${middle[1]}]`, rest === 0 ? "" : `[0-9]{${rest}}`));
  return [...parts, ...sameLength("0".repeat(rest), high.slice(1)).map((part) => join(`"${last}"`, part))];
}

function join(first: string, second: string): string {
  return second === "" ? first : `${first} ${second}`;
}
