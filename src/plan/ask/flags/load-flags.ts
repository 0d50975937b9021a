import { parseCount } from "../../../facts/units/index.ts";
import { SIMULATED_ENGINES } from "../../advise/index.ts";
import { lengthsOf, targetsOf } from "./load-words.ts";
import { oneOf } from "./plan-flags.ts";

const lengths = (flag: string, brief: string) =>
  ({
    kind: "parsed",
    parse: (text: string) => lengthsOf(text, flag),
    brief,
    placeholder: "N|A-B|M~S",
    optional: true,
  }) as const;

/** Flags of a load that is simulated, shared by `simulate` and `frontier`. */
export const loadFlags = {
  prompt: lengths("--prompt", "Tokens of a prompt; 512 without it"),
  output: lengths("--output", "Tokens of an answer; 256 without it"),
  engine: {
    kind: "parsed",
    parse: (text: string) => oneOf(text, SIMULATED_ENGINES, "--engine"),
    brief: "llama-server (the default), embedded or vllm",
    optional: true,
  },
  targets: {
    kind: "parsed",
    parse: targetsOf,
    brief: '"ttft p95 500ms, tpot p95 50ms"; without it as people read',
    placeholder: "LIMITS",
    optional: true,
  },
  seed: {
    kind: "parsed",
    parse: (text: string) => parseCount(text, "--seed", 0, 0xffff_ffff),
    brief: "Other draws; the same number gives the same bytes",
    placeholder: "N",
    optional: true,
  },
} as const;
