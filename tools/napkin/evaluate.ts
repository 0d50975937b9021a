import { exactly, isUnit, quantity, sameDimension, type Dimension, type Quantity } from "./quantity.ts";

/**
 * Evaluates printed arithmetic, strictly: numbers with units, words beside them, remarks in brackets, + - x / at, powers, parentheses,
 * hypot, max, min. Numbers that were rounded are intervals, so is the result. What cannot be read throws.
 */
export function evaluate(text: string): Quantity {
  const tokens = tokensOf(text);
  let at = 0;
  const result = sum();
  if (at < tokens.length) throw new Error(`"${tokens[at]!.text}" is not arithmetic in: ${text}`);
  return result;

  function sum(): Quantity {
    let value = product();
    while (is("+") || is("-")) {
      const sign = take().text;
      const other = product();
      value = added(value, sign === "+" ? other : negative(other), text);
    }
    return value;
  }

  function product(): Quantity {
    let value = power();
    while (is("x") || is("/")) {
      const sign = take().text;
      const other = power();
      value = multiplied(value, sign === "x" ? other : inverse(other, text));
    }
    return value;
  }

  /** 0.7^3: a whole power of a number that is not negative. */
  function power(): Quantity {
    const base = factor();
    if (!is("^")) return base;
    take();
    const { low, high } = factor();
    if (low !== high || !Number.isInteger(low) || low < 1 || base.low < 0)
      throw new Error(`no whole power in: ${text}`);
    const dimension = base.dimension.map((each) => each * low);
    return { low: base.low ** low, high: base.high ** low, dimension: [dimension[0]!, dimension[1]!, dimension[2]!] };
  }

  function factor(): Quantity {
    if (is("-")) {
      take();
      return negative(factor());
    }
    while (tokens[at]?.kind === "word" && tokens[at + 1]?.kind !== "operator") at += 1;
    const token = take();
    let value: Quantity;
    if (token.kind === "number") value = token.value;
    else if (token.text === "(") {
      value = sum();
      expect(")");
    } else if (token.kind === "function") {
      expect("(");
      const values = [sum()];
      while (is(",")) {
        take();
        values.push(sum());
      }
      expect(")");
      value = FUNCTIONS[token.text]!(values, text);
    } else throw new Error(`"${token.text}" where a number should stand in: ${text}`);
    while (tokens[at]?.kind === "word") at += 1;
    return value;
  }

  function is(operator: string): boolean {
    return tokens[at]?.kind === "operator" && tokens[at]!.text === operator;
  }

  function take(): Token {
    const token = tokens[at];
    if (token === undefined) throw new Error(`it ends too soon: ${text}`);
    at += 1;
    return token;
  }

  function expect(operator: string): void {
    if (!is(operator)) throw new Error(`no "${operator}" in: ${text}`);
    at += 1;
  }
}

type Token =
  | { readonly kind: "number"; readonly text: string; readonly value: Quantity }
  | { readonly kind: "word" | "operator" | "function"; readonly text: string };

const TOKEN =
  /\s*(?:\[[^\]]*\]|((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(?:(%)|([kMBT])(?![\w/]))?(?:\s+([A-Za-z]+(?:\/s)?)(?![\w/]))?|([A-Za-z_][\w.-]*)|([-+/(),×^]))/y;

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) throw new Error(`not arithmetic: "${text.slice(from)}"`);
    const [, digits, percent, suffix, after, word, operator] = match;
    if (digits !== undefined) {
      const unit = percent ?? (after !== undefined && isUnit(after) ? after : undefined);
      tokens.push({ kind: "number", text: digits, value: quantity(digits, suffix, unit) });
      // a word behind it is none of its own
      if (after !== undefined && unit !== after) TOKEN.lastIndex -= after.length;
    } else if (word !== undefined) tokens.push({ kind: kindOf(word), text: word === "at" ? "x" : word });
    else if (operator !== undefined) tokens.push({ kind: "operator", text: operator === "×" ? "x" : operator });
  }
  return tokens;
}

function kindOf(word: string): "word" | "operator" | "function" {
  if (word === "x" || word === "at") return "operator";
  return word in FUNCTIONS ? "function" : "word";
}

const FUNCTIONS: Readonly<Record<string, (values: readonly Quantity[], text: string) => Quantity>> = {
  hypot: (values, text) => ends(values, text, (each) => Math.hypot(...each)),
  max: (values, text) => ends(values, text, (each) => Math.max(...each)),
  min: (values, text) => ends(values, text, (each) => Math.min(...each)),
};

/** A function that grows with each of its positive values. */
function ends(values: readonly Quantity[], text: string, of: (values: number[]) => number): Quantity {
  const dimension = values.reduce<Dimension>((known, each) => shared(known, each, text), values[0]!.dimension);
  return { low: of(values.map(({ low }) => low)), high: of(values.map(({ high }) => high)), dimension };
}

function added(a: Quantity, b: Quantity, text: string): Quantity {
  // a bare zero has any unit
  const dimension = isZero(a) ? b.dimension : shared(a.dimension, b, text);
  return { low: a.low + b.low, high: a.high + b.high, dimension };
}

function shared(dimension: Dimension, other: Quantity, text: string): Dimension {
  if (!isZero(other) && !sameDimension(dimension, other.dimension))
    throw new Error(`unlike units are added in: ${text}`);
  return dimension;
}

function isZero({ low, high }: Quantity): boolean {
  return low === 0 && high === 0;
}

function negative({ low, high, dimension }: Quantity): Quantity {
  return { low: -high, high: -low, dimension };
}

function multiplied(a: Quantity, b: Quantity): Quantity {
  const corners = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high];
  const dimension = powers(a.dimension, b.dimension, 1);
  return { low: Math.min(...corners), high: Math.max(...corners), dimension };
}

function inverse({ low, high, dimension }: Quantity, text: string): Quantity {
  if (low <= 0 && high >= 0) throw new Error(`divided by zero in: ${text}`);
  const turned = powers([0, 0, 0], dimension, -1);
  return { ...exactly(0), low: 1 / high, high: 1 / low, dimension: turned };
}

function powers(a: Dimension, b: Dimension, sign: 1 | -1): Dimension {
  return [a[0] + sign * b[0], a[1] + sign * b[1], a[2] + sign * b[2]];
}
