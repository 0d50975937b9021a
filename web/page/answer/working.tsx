import type { Estimate } from "../../../src/predict/estimate/index.ts";

/** Arithmetic behind a number, and where its constants are from. */
export function Working({ formula, lowFormula, highFormula, because }: Partial<Estimate>) {
  const lines = [
    ["=", formula],
    ["low =", lowFormula],
    ["high =", highFormula],
  ] as const;
  return (
    <>
      {lines.map(([sign, text]) =>
        text === undefined ? null : (
          <p key={sign} class="formula">
            <span>{sign}</span> {text}
          </p>
        ),
      )}
      {because === undefined ? null : <p class="source">{because}</p>}
    </>
  );
}
