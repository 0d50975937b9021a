import { LoadoutError } from "../../../facts/errors/index.ts";
import { type Lengths, parseLengths, parseTargets, type Target } from "../../../predict/serving/index.ts";

export function lengthsOf(typed: string, flag: string): Lengths {
  return parseLengths(typed) ?? bad(flag, typed, "a number of tokens or a spread", "512, 100-900 or 512~0.6");
}

export function targetsOf(typed: string): readonly Target[] {
  return (
    parseTargets(typed) ??
    bad("--targets", typed, "limits of ttft, tpot, gap or e2e", '"ttft p95 500ms, tpot p95 50ms"')
  );
}

function bad(what: string, got: string, expected: string, example: string): never {
  throw new LoadoutError("bad-quantity", { what, expected, got, example });
}
