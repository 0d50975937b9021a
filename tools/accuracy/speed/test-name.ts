/** What a row's test measures. */
export interface TestKind {
  readonly kind: "decode" | "prefill";
  /** tokens of the prompt, or generated; undefined: a mix */
  readonly tokens?: number;
  readonly mix: boolean;
}

/** "pp512", "tg128 @ d4096", "tg localscore-mix", "tg (eval rate)"; undefined for combined rates. */
export function testKind(test: string): TestKind | undefined {
  const match = /^(pp|tg)(\d+)?/.exec(test);
  if (!match || test.includes("+")) return undefined;
  const tokens = match[2] === undefined ? {} : { tokens: Number(match[2]) };
  return { kind: match[1] === "pp" ? "prefill" : "decode", ...tokens, mix: test.includes("localscore") };
}

/** Average of LocalScore's nine mixes: what their decoding sees. */
export const LOCALSCORE_DEPTH = 1300;
export const LOCALSCORE_PROMPT = 1024;
